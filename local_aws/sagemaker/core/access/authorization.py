"""The resource and the additional permissions of each call, by the service authorization reference.

docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

import json
import re
from typing import NamedTuple
from urllib.parse import unquote

from local_aws import identity
from local_aws.identity import iam
from local_aws.ministack.requests import Request
from local_aws.sagemaker.core.api_call import JsonObject, resource_arn
from local_aws.sagemaker.core.errors import ServiceError

INVOCATIONS_PATH = re.compile(r"/endpoints/([^/]+)/invocations")
# member of the inputs -> the kind of resource that it names
KINDS = {
    "TrainingJobName": "training-job",
    "TransformJobName": "transform-job",  # before the model, which CreateTransformJob names too
    "ModelName": "model",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
}
LINKED_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
LINKED_ROLE = f"aws-service-role/{LINKED_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
# Operations on an endpoint and its configuration: IAM must allow both.
ENDPOINT_DEPLOYMENTS = {"CreateEndpoint", "UpdateEndpoint"}


class Permission(NamedTuple):
    """An action on a resource, with the condition keys of the request."""

    action: str
    resource: str
    conditions: dict[str, str] | None = None


def inputs_of(request: Request) -> JsonObject:
    """Return the members of a JSON request.

    Raises
    ------
    ServiceError
        ``SerializationException``: the body is not a JSON object.
    """
    try:
        inputs = json.loads(request.body or b"{}")
    except ValueError as error:
        raise ServiceError("SerializationException", f"The request's body is not JSON: {error}.") from error
    if not isinstance(inputs, dict):
        raise ServiceError("SerializationException", "The request's body is not a JSON object.")
    return inputs


def invoked_endpoint(path: str) -> str | None:
    """Return the endpoint that a request of SageMaker's runtime names, None for another request."""
    match = INVOCATIONS_PATH.fullmatch(path)
    return unquote(match[1]) if match else None


def resource_of(request: Request) -> str:
    """Return the ARN that the caller's policies must allow, "*" for calls on no single resource."""
    name = invoked_endpoint(request.path)
    if name:
        return resource_arn("endpoint", name, identity.region(), identity.account())
    try:
        inputs = inputs_of(request)
    except ServiceError:
        return "*"  # the handler refuses it
    if isinstance(inputs.get("ResourceArn"), str):
        return str(inputs["ResourceArn"])
    return next((_member_arn(inputs, member) for member in KINDS if isinstance(inputs.get(member), str)), "*")


def _member_arn(inputs: JsonObject, member: str) -> str:
    return resource_arn(KINDS[member], inputs[member], identity.region(), identity.account())


def scalable_target_of(request: Request) -> str:
    """Return the ARN of a scalable target, whose id AWS generates, or "*" for the Describe calls."""
    if "Describe" in request.operation():
        return "*"
    return (
        f"arn:aws:application-autoscaling:{identity.region()}:{identity.account()}:scalable-target/generated"
    )


def require_additional_permissions(request: Request, operation: str, inputs: JsonObject) -> None:
    """Check the permissions that a call needs in addition to its own action on its own resource.

    Tags need AddTags on the new resource; an endpoint's creation and update need their action on the
    configuration too, and to describe the alarms of their rollback; scaling needs its actions on the
    endpoint and its alarms (Application Auto Scaling's user guide, "identity-based policy examples").

    Raises
    ------
    ServiceError
        ``AccessDeniedException`` in IAM's wording.
    """
    principal = request.caller()
    for permission in (
        *_endpoint_permissions(operation, inputs),
        *_tag_permissions(request, operation, inputs),
        *_scaling_permissions(operation, inputs),
    ):
        denial = iam.denial(principal, permission.action, permission.resource, permission.conditions)
        if denial:
            raise ServiceError("AccessDeniedException", denial)


def _endpoint_permissions(operation: str, inputs: JsonObject) -> list[Permission]:
    if operation not in ENDPOINT_DEPLOYMENTS:
        return []
    alarms = inputs.get("DeploymentConfig", {}).get("AutoRollbackConfiguration", {}).get("Alarms", [])
    return [
        Permission(f"sagemaker:{operation}", _member_arn(inputs, "EndpointConfigName")),
        *(Permission("cloudwatch:DescribeAlarms", _alarm_arn(alarm["AlarmName"])) for alarm in alarms),
    ]


def _tag_permissions(request: Request, operation: str, inputs: JsonObject) -> list[Permission]:
    if not operation.startswith("Create") or not inputs.get("Tags"):
        return []
    return [Permission("sagemaker:AddTags", resource_of(request))]


def _scaling_permissions(operation: str, inputs: JsonObject) -> list[Permission]:
    alarms = _alarm_arn(f"TargetTracking-{inputs.get('ResourceId')}-generated")
    if operation == "RegisterScalableTarget":
        endpoint = inputs["ResourceId"].split("/")[1:2]
        arn = resource_arn("endpoint", "".join(endpoint), identity.region(), identity.account())
        linked = {"iam:AWSServiceName": LINKED_SERVICE}
        role = f"arn:aws:iam::{identity.account()}:role/{LINKED_ROLE}"
        return [
            Permission("iam:CreateServiceLinkedRole", role, linked),
            Permission("sagemaker:DescribeEndpoint", arn),
            Permission("sagemaker:UpdateEndpointWeightsAndCapacities", arn),
        ]
    if operation == "PutScalingPolicy":
        return [
            Permission("cloudwatch:DescribeAlarms", alarms),
            Permission("cloudwatch:PutMetricAlarm", alarms),
        ]
    if operation == "DeleteScalingPolicy":
        return [Permission("cloudwatch:DeleteAlarms", alarms)]
    return []


def _alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{identity.region()}:{identity.account()}:alarm:{name}"
