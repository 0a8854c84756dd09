"""Which resources a call is about, as the service authorization reference lists them.

docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

import json
from typing import NamedTuple

from local_aws import identity
from local_aws.identity import iam
from local_aws.ministack.requests import Request
from local_aws.sagemaker.calls import Record, resource_arn
from local_aws.sagemaker.errors import ServiceError
from local_aws.sagemaker.runtime import endpoint_name

# member of the inputs -> the kind of resource it names
KINDS = {
    "TrainingJobName": "training-job",
    "TransformJobName": "transform-job",  # before the model, which CreateTransformJob names too
    "ModelName": "model",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
}
LINKED_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
LINKED_ROLE = f"aws-service-role/{LINKED_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
# Calls about an endpoint and a configuration: IAM must allow both.
ALSO_CONFIG = {"CreateEndpoint", "UpdateEndpoint"}


class Need(NamedTuple):
    """One action on one resource, and the condition keys that come with it."""

    action: str
    resource: str
    conditions: dict[str, str] | None = None


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


def scalable_target_of(request: Request) -> str:
    """Return the ARN of a scalable target, whose id AWS generates, and "*" for the calls that only read."""
    if "Describe" in request.operation():
        return "*"
    return (
        f"arn:aws:application-autoscaling:{identity.region()}:{identity.account()}:scalable-target/generated"
    )


def require_the_rest(request: Request, operation: str, inputs: Record) -> None:
    """Ask for what a call needs beside its own action on its own resource.

    Tags need AddTags on what is created; an endpoint's creation and update need their action on the
    configuration too, and to see the alarms that they roll back on; scaling needs what it will do with the
    endpoint and its alarms (Application Auto Scaling's user guide, "identity-based policy examples").

    Raises
    ------
    ServiceError
        ``AccessDeniedException`` in IAM's wording.
    """
    principal = request.caller()
    for need in (
        *_of_endpoints(operation, inputs),
        *_of_tags(request, operation, inputs),
        *_of_scaling(operation, inputs),
    ):
        sentence = iam.denial(principal, need.action, need.resource, need.conditions)
        if sentence:
            raise ServiceError("AccessDeniedException", sentence)


def _of_endpoints(operation: str, inputs: Record) -> list[Need]:
    if operation not in ALSO_CONFIG:
        return []
    alarms = inputs.get("DeploymentConfig", {}).get("AutoRollbackConfiguration", {}).get("Alarms", [])
    return [
        Need(f"sagemaker:{operation}", _arn(inputs, "EndpointConfigName")),
        *(Need("cloudwatch:DescribeAlarms", _alarm(alarm["AlarmName"])) for alarm in alarms),
    ]


def _of_tags(request: Request, operation: str, inputs: Record) -> list[Need]:
    if not operation.startswith("Create") or not inputs.get("Tags"):
        return []
    return [Need("sagemaker:AddTags", resource_of(request))]


def _of_scaling(operation: str, inputs: Record) -> list[Need]:
    alarms = _alarm(f"TargetTracking-{inputs.get('ResourceId')}-generated")
    if operation == "RegisterScalableTarget":
        endpoint = inputs["ResourceId"].split("/")[1:2]
        arn = resource_arn("endpoint", "".join(endpoint), identity.region(), identity.account())
        linked = {"iam:AWSServiceName": LINKED_SERVICE}
        role = f"arn:aws:iam::{identity.account()}:role/{LINKED_ROLE}"
        return [
            Need("iam:CreateServiceLinkedRole", role, linked),
            Need("sagemaker:DescribeEndpoint", arn),
            Need("sagemaker:UpdateEndpointWeightsAndCapacities", arn),
        ]
    if operation == "PutScalingPolicy":
        return [Need("cloudwatch:DescribeAlarms", alarms), Need("cloudwatch:PutMetricAlarm", alarms)]
    if operation == "DeleteScalingPolicy":
        return [Need("cloudwatch:DeleteAlarms", alarms)]
    return []


def _alarm(name: str) -> str:
    return f"arn:aws:cloudwatch:{identity.region()}:{identity.account()}:alarm:{name}"
