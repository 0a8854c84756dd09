"""Converts names and documents of Step Functions' SDK integrations (SDK for Java) to botocore's and back.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from datetime import UTC, datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape

# The integration's name of a service -> botocore's, where they differ.
_SERVICES = {
    "applicationautoscaling": "application-autoscaling",
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "sagemakerruntime": "sagemaker-runtime",
    "sfn": "stepfunctions",
}


def service_name(integration: str) -> str:
    """Return boto3's name of the service that an integration calls: "sfn" is "stepfunctions"."""
    return _SERVICES.get(integration, integration)


def method_name(action: str) -> str:
    """Return boto3's name of an action: "describeStacks" is "describe_stacks"."""
    return str(xform_name(action[:1].upper() + action[1:]))


def arguments(value: Any, shape: Shape | None) -> Any:
    """Return a task's arguments with botocore's names of their members; Step Functions' are PascalCase."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        known: dict[str, str] = {name.lower(): name for name in shape.members}
        renamed = {known.get(str(name).lower(), str(name)): part for name, part in value.items()}
        return {name: arguments(part, shape.members.get(name)) for name, part in renamed.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [arguments(part, shape.member) for part in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: arguments(part, shape.value) for name, part in value.items()}
    return value


def result(value: Any, shape: Shape | None) -> Any:
    """Return a response of botocore as a state's output: PascalCase, with times and bodies as text."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            name[:1].upper() + name[1:]: result(part, shape.members.get(name))
            for name, part in value.items()
            if name in shape.members
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [result(part, shape.member) for part in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: result(part, shape.value) for name, part in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    body = value.read() if hasattr(value, "read") else value
    return body.decode() if isinstance(body, bytes) else body


def error_name(error: ClientError, client: Any) -> str:
    """Return Step Functions' name of an error: the exception that the SDK for Java throws.

    A modelled error has its shape's name, ending in "Exception", any other the service's base exception:
    "SageMaker.ResourceNotFoundException", "CloudFormation.CloudFormationException".
    """
    service = "".join(
        word.capitalize() if word.isupper() and len(word) > 2 else word  # noqa: PLR2004 -- SNS is Sns, S3 is S3
        for word in client.meta.service_model.service_id.split()
    )
    code = error.response["Error"]["Code"]
    for shape in client.meta.service_model.error_shapes:
        if code in {shape.name, shape.error_code}:
            return f"{service}.{exception_name(shape.name)}"
    return f"{service}.{service}Exception"


def exception_name(shape: str) -> str:
    """Return the SDK for Java's exception of an error shape."""
    if shape.endswith("Exception"):
        return shape
    return (shape.removesuffix("Fault") if shape.endswith("Fault") else shape) + "Exception"


def cause(error: ClientError, client: Any) -> str:
    """Return the cause of a failed task: the message with the service, status and request id."""
    service = client.meta.service_model.service_id.replace(" ", "")
    metadata = error.response.get("ResponseMetadata", {})
    return (
        f"{error.response['Error'].get('Message', '')} (Service: {service}, Status Code: "
        f"{metadata.get('HTTPStatusCode')}, Request ID: {metadata.get('RequestId')})"
    )
