"""The parameters, outputs and protection of the three stacks."""

from collections.abc import Callable
from pathlib import Path

from tests.stacks.templates import TemplateOf


def test_the_storage_stack_outputs_the_name_of_its_bucket(template: TemplateOf, environment: str) -> None:
    outputs = template("Storage", environment=environment)["Outputs"]
    assert outputs["DataBucketName"]["Value"] == {"Ref": "DataBucketE6B0FAA8"}


def test_the_storage_stack_of_prod_has_termination_protection(assembly: Callable[..., Path]) -> None:
    assert '"terminationProtection": true' in (assembly(environment="prod") / "manifest.json").read_text()


def test_the_training_stack_outputs_its_state_machines_and_its_topic(
    template: TemplateOf, environment: str
) -> None:
    outputs = template("Training", environment=environment)["Outputs"]
    assert {"StateMachineArn", "TransformStateMachineArn", "NotificationTopicArn"} <= set(outputs)


def test_the_serving_stack_has_one_parameter_of_its_own_with_an_empty_default(
    template: TemplateOf, environment: str
) -> None:
    parameters = template("Serving", environment=environment)["Parameters"]
    assert set(parameters) == {"ModelDataUrl", "BootstrapVersion"}
    assert parameters["ModelDataUrl"]["Default"] == ""


def test_the_serving_stack_has_no_iam_resources(template: TemplateOf, environment: str) -> None:
    resources = template("Serving", environment=environment)["Resources"].values()
    assert not any(resource["Type"].startswith("AWS::IAM::") for resource in resources)


def test_the_serving_stack_outputs_the_endpoint_or_why_there_is_none(template: TemplateOf) -> None:
    outputs = template("Serving", environment="dev")["Outputs"]
    assert (outputs["EndpointName"]["Value"], outputs["EndpointName"]["Condition"]) == (
        "lda-dev",
        "ModelServable",
    )
    assert outputs["ModelOfOtherAlgorithm"]["Condition"] == "ModelOfOtherAlgorithm"
    assert "the setting algorithm is built-in" in outputs["ModelOfOtherAlgorithm"]["Value"]
