"""Which resources a call is about, as the service authorization reference lists them.

docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

import json

from local_aws import iam, identity
from local_aws.hooks import Request
from local_aws.sagemaker.calls import Record, resource_arn
from local_aws.sagemaker.errors import ServiceError
from local_aws.sagemaker.runtime import endpoint_name

# member of the inputs -> the kind of resource it names
KINDS = {
    "TrainingJobName": "training-job",
    "ModelName": "model",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
}
# Calls about an endpoint and a configuration: IAM must allow both.
ALSO_CONFIG = {"CreateEndpoint", "UpdateEndpoint"}


def inputs_of(request: Request) -> Record:
    """Return the call's JSON.

    Raises
    ------
    ServiceError
        ``SerializationException``: it is no JSON object.
    """
    try:
        inputs = json.loads(request.body or b"{}")
    except ValueError as error:
        raise ServiceError("SerializationException", f"The request's body is no JSON: {error}.") from error
    if not isinstance(inputs, dict):
        raise ServiceError("SerializationException", "The request's body is no JSON object.")
    return inputs


def resource_of(request: Request) -> str:
    """Return the ARN that the caller's policies must allow, "*" for calls about none in particular."""
    name = endpoint_name(request.path)
    if name:
        return resource_arn("endpoint", name, identity.region(), identity.account())
    try:
        inputs = inputs_of(request)
    except ServiceError:
        return "*"  # the handler refuses it
    if isinstance(inputs.get("ResourceArn"), str):
        return str(inputs["ResourceArn"])
    return next((_arn(inputs, member) for member in KINDS if isinstance(inputs.get(member), str)), "*")


def _arn(inputs: Record, member: str) -> str:
    return resource_arn(KINDS[member], inputs[member], identity.region(), identity.account())


def require_the_rest(request: Request, operation: str, inputs: Record) -> None:
    """Ask for what a call needs beside its own action on its own resource.

    Tags need AddTags on what is created; an endpoint's creation and update need their action on the
    configuration too.

    Raises
    ------
    ServiceError
        ``AccessDeniedException`` in IAM's wording.
    """
    asked = []
    if operation in ALSO_CONFIG:
        asked.append((f"sagemaker:{operation}", _arn(inputs, "EndpointConfigName")))
    if operation.startswith("Create") and inputs.get("Tags"):
        asked.append(("sagemaker:AddTags", resource_of(request)))
    for action, resource in asked:
        sentence = iam.denial(iam.caller(request), action, resource)
        if sentence:
            raise ServiceError("AccessDeniedException", sentence)
