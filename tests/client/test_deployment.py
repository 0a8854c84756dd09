import pytest

from client.deployment import Deployment
from client.errors import UserError
from stacks.config.settings import Settings, SettingsError
from tests.client.conftest import StubbedAws


def test_names_contain_the_environment_and_begin_with_a_name_other_than_lda() -> None:
    assert Deployment().stack_names == ["DevStorage", "DevTraining", "DevServing"]
    alice = Deployment("alice", "prod")
    assert alice.stack_name("Serving") == "alice-ProdServing"
    assert alice.prefix == "alice-prod"
    assert alice.cdk_context == ["-c", "environment=prod", "-c", "name=alice"]


@pytest.mark.parametrize("name", ["", "*", 'a"b', "Alice", "a-b", "1a", "thirteenchars"])
def test_a_name_that_the_settings_refuse_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="1 to 12 lower-case letters and digits, a letter first"):
        Settings(name=name)
    with pytest.raises(UserError, match="1 to 12 lower-case letters and digits, a letter first"):
        Deployment(name)


def test_an_output_is_read_from_its_stack(aws: StubbedAws, deployment: Deployment) -> None:
    aws.respond_stack("DevStorage", outputs={"DataBucketName": "bucket"})
    assert deployment.output("Storage", "DataBucketName") == "bucket"


def test_the_error_for_a_missing_stack_names_the_command_to_run(
    aws: StubbedAws, deployment: Deployment
) -> None:
    aws.respond_missing_stack("DevTraining")
    with pytest.raises(
        UserError,
        match=r"^DevTraining is not deployed in us-east-1; run cdk deploy --all -c environment=dev",
    ):
        deployment.output("Training", "StateMachineArn")


def test_the_error_for_a_missing_endpoint_names_the_command_to_run(
    aws: StubbedAws, deployment: Deployment
) -> None:
    aws.respond_stack("DevServing")
    with pytest.raises(UserError, match="no model has been promoted yet: run python -m client train"):
        deployment.output("Serving", "EndpointName")
