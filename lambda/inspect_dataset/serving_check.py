"""Whether the Serving stack can be updated, and serves what it says, before a model is trained for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from inspect_dataset.capacity.account import endpoint_exists

if TYPE_CHECKING:
    from inspect_dataset.input.environment import Clients, Environment

# States from which CloudFormation refuses every update, and what to do.
_STUCK: Final = {
    "UPDATE_ROLLBACK_FAILED": (
        "continue its rollback: aws cloudformation continue-update-rollback --stack-name {}"
    ),
    "ROLLBACK_COMPLETE": "its creation failed: delete it (cdk destroy {}), and deploy all stacks again",
    "ROLLBACK_FAILED": "its creation failed: delete it (cdk destroy {}), and deploy all stacks again",
    "CREATE_FAILED": "its creation failed: delete it (cdk destroy {}), and deploy all stacks again",
    "DELETE_FAILED": "its deletion failed: delete it again (cdk destroy {}), and deploy all stacks again",
}


def serving_problems(clients: Clients, environment: Environment) -> list[str]:
    """Return a sentence for what would make every promotion fail, with the remedy."""
    name = environment.serving_stack
    stack = _describe_or_none(clients.cloudformation, name)
    if stack is None:
        return [f"The stack {name} isn't deployed, so there is no endpoint to promote to: deploy all stacks."]
    if remedy := _STUCK.get(stack["StackStatus"]):
        return [f"The stack {name} is {stack['StackStatus']} and can't be updated; {remedy.format(name)}."]
    if _should_serve(stack) and not endpoint_exists(clients.sagemaker, environment.endpoint_name):
        return [
            (
                f"The endpoint {environment.endpoint_name} doesn't exist, although the stack {name} has "
                "created it: it was deleted outside of CloudFormation, and every update would fail. Remove "
                "it from the stack as well, and start again: aws cloudformation update-stack "
                f"--stack-name {name} --use-previous-template --parameters "
                "ParameterKey=ModelDataUrl,ParameterValue= "
                "ParameterKey=BootstrapVersion,UsePreviousValue=true"
            )
        ]
    return []


def _describe_or_none(client: Any, name: str) -> Any | None:
    try:
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return None
    return stack


def _should_serve(stack: Any) -> bool:
    """Return whether the stack has an endpoint, which its output EndpointName says, and isn't changing it."""
    outputs = {entry["OutputKey"] for entry in stack.get("Outputs", [])}
    return "EndpointName" in outputs and not stack["StackStatus"].endswith("_IN_PROGRESS")
