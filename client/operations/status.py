"""The current status of a deployment."""

from dataclasses import dataclass

from client.deployment import STACK_KINDS, Deployment
from client.errors import none_if_missing
from client.executions.start import latest


@dataclass(frozen=True, kw_only=True)
class Status:
    """The stacks, the latest execution, and the endpoint with its model."""

    region: str
    stacks: dict[str, str]
    last_execution: str = ""
    last_execution_status: str = ""
    model_data_url: str = ""
    endpoint: str = ""
    endpoint_status: str = ""


def get_status(deployment: Deployment) -> Status:
    """Read the status from CloudFormation, Step Functions and SageMaker.

    Parameters
    ----------
    deployment
        The deployment; none of its stacks needs to exist.
    """
    stacks = {kind: deployment.describe_stack(kind) for kind in STACK_KINDS}
    execution, execution_status = _latest_execution(deployment) if stacks["Training"] else ("", "")
    return Status(
        region=deployment.region,
        stacks={
            deployment.stack_name(kind): stack["StackStatus"] if stack else "not deployed"
            for kind, stack in stacks.items()
        },
        last_execution=execution,
        last_execution_status=execution_status,
        model_data_url=deployment.parameter("Serving", "ModelDataUrl") if stacks["Serving"] else "",
        endpoint=deployment.prefix,
        endpoint_status=_endpoint_status(deployment),
    )


def describe_status(status: Status) -> list[str]:
    """Describe a status in lines."""
    execution = f"{status.last_execution} {status.last_execution_status}".strip()
    return [
        *(f"{name}: {state}" for name, state in status.stacks.items()),
        f"last execution: {execution or 'none'}",
        f"model: {status.model_data_url or 'none'}",
        f"endpoint {status.endpoint}: {status.endpoint_status or 'none'}",
    ]


def _latest_execution(deployment: Deployment) -> tuple[str, str]:
    execution = latest(deployment)
    if execution is None:
        return "", ""
    response = deployment.client("stepfunctions").describe_execution(executionArn=execution)
    return execution, str(response["status"])


def _endpoint_status(deployment: Deployment) -> str:
    sagemaker = deployment.client("sagemaker")
    response = none_if_missing(
        lambda: sagemaker.describe_endpoint(EndpointName=deployment.prefix), "ValidationException"
    )
    return str(response["EndpointStatus"]) if response else ""
