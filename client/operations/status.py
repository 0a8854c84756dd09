"""What a deployment is doing now."""

from dataclasses import dataclass

from client.deployment import STACK_KINDS, Deployment
from client.errors import found
from client.executions.start import latest


@dataclass(frozen=True, kw_only=True)
class Status:
    """The stacks, the last execution, and the endpoint with its model."""

    region: str
    stacks: dict[str, str]
    last_execution: str = ""
    last_execution_status: str = ""
    model_data_url: str = ""
    endpoint: str = ""
    endpoint_status: str = ""


def look(deployment: Deployment) -> Status:
    """Ask CloudFormation, Step Functions and SageMaker.

    Parameters
    ----------
    deployment
        Which one; nothing of it needs to be deployed.
    """
    described = {kind: deployment.describe(kind) for kind in STACK_KINDS}
    execution, execution_status = _execution(deployment) if described["Training"] else ("", "")
    return Status(
        region=deployment.region,
        stacks={
            deployment.stack(kind): stack["StackStatus"] if stack else "not deployed"
            for kind, stack in described.items()
        },
        last_execution=execution,
        last_execution_status=execution_status,
        model_data_url=deployment.parameter("Serving", "ModelDataUrl") if described["Serving"] else "",
        endpoint=deployment.prefix,
        endpoint_status=_endpoint(deployment),
    )


def tell(status: Status) -> list[str]:
    """Say a status in lines."""
    execution = f"{status.last_execution} {status.last_execution_status}".strip()
    return [
        *(f"{name}: {state}" for name, state in status.stacks.items()),
        f"last execution: {execution or 'none'}",
        f"model: {status.model_data_url or 'none'}",
        f"endpoint {status.endpoint}: {status.endpoint_status or 'none'}",
    ]


def _execution(deployment: Deployment) -> tuple[str, str]:
    execution = latest(deployment)
    if execution is None:
        return "", ""
    answer = deployment.client("stepfunctions").describe_execution(executionArn=execution)
    return execution, str(answer["status"])


def _endpoint(deployment: Deployment) -> str:
    sagemaker = deployment.client("sagemaker")
    answer = found(lambda: sagemaker.describe_endpoint(EndpointName=deployment.prefix), "ValidationException")
    return str(answer["EndpointStatus"]) if answer else ""
