import pytest

from client.deployment import Deployment
from client.errors import SayableError
from stacks.config.settings import Settings, SettingsError
from tests.client.conftest import PreparedAws


def test_names_follow_the_environment_and_a_name_other_than_lda_stands_in_front() -> None:
    assert Deployment().stacks == ["DevStorage", "DevTraining", "DevServing"]
    alice = Deployment("alice", "prod")
    assert alice.stack("Serving") == "alice-ProdServing"
    assert alice.prefix == "alice-prod"
    assert alice.context == ["-c", "environment=prod", "-c", "name=alice"]


@pytest.mark.parametrize("name", ["", "*", 'a"b', "Alice", "a-b", "1a", "thirteenchars"])
def test_a_name_that_the_settings_refuse_is_refused_here_too(name: str) -> None:
    with pytest.raises(SettingsError, match="1 to 12 lower-case letters and digits, a letter first"):
        Settings(name=name)
    with pytest.raises(SayableError, match="1 to 12 lower-case letters and digits, a letter first"):
        Deployment(name)


def test_an_output_is_read_from_its_stack(aws: PreparedAws, deployment: Deployment) -> None:
    aws.stack("DevStorage", outputs={"DataBucketName": "bucket"})
    assert deployment.output("Storage", "DataBucketName") == "bucket"


def test_a_stack_that_is_not_deployed_is_a_sentence_that_says_what_to_run(
    aws: PreparedAws, deployment: Deployment
) -> None:
    aws.no_stack("DevTraining")
    with pytest.raises(
        SayableError,
        match=r"^DevTraining is not deployed in us-east-1; run cdk deploy --all -c environment=dev",
    ):
        deployment.output("Training", "StateMachineArn")


def test_an_endpoint_that_is_not_there_yet_is_a_sentence_that_says_how_it_comes(
    aws: PreparedAws, deployment: Deployment
) -> None:
    aws.stack("DevServing")
    with pytest.raises(SayableError, match="no model has been promoted yet: run python -m client train"):
        deployment.output("Serving", "EndpointName")
