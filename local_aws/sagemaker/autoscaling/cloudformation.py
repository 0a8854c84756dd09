"""AWS::ApplicationAutoScaling::ScalableTarget and ScalingPolicy."""

from typing import Any

from botocore.exceptions import ClientError

from local_aws import identity
from local_aws.ministack import extensions
from local_aws.ministack.documents import Properties
from local_aws.ministack.signatures import Provisioned
from local_aws.sagemaker.core.validation import input_shape

SERVICE = "application-autoscaling"
TARGET_KEY = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def install() -> None:
    """Register the resource types."""
    extensions.register_cloudformation_type(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        create_target,
        lambda _id, _old, new, stack: create_target("", new, stack),
        delete_target,
        replacing=TARGET_KEY,
        tags=False,
    )
    extensions.register_cloudformation_type(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        create_policy,
        lambda _id, _old, new, stack: create_policy("", new, stack),
        delete_policy,
        replacing=("PolicyName", "ScalingTargetId", *TARGET_KEY),
        tags=False,
    )


def create_target(_logical_id: str, properties: Properties, _stack: str) -> Provisioned:
    """Register a target; its Ref is resource|dimension|namespace, as in CloudFormation."""
    client = identity.stack_client(SERVICE)
    client.register_scalable_target(**_inputs(properties, "RegisterScalableTarget"))
    target = "|".join(properties[name] for name in ("ResourceId", "ScalableDimension", "ServiceNamespace"))
    return target, {"Id": target}


def delete_target(_physical_id: str, properties: Properties) -> None:
    """Deregister a target if it exists."""
    client = identity.stack_client(SERVICE)
    _call_if_exists(client.deregister_scalable_target, {name: properties[name] for name in TARGET_KEY})


def create_policy(_logical_id: str, properties: Properties, _stack: str) -> Provisioned:
    """Put a policy; its Ref is its ARN."""
    client = identity.stack_client(SERVICE)
    response = client.put_scaling_policy(**_inputs(_with_target(properties), "PutScalingPolicy"))
    return response["PolicyARN"], {"Arn": response["PolicyARN"], "PolicyName": properties["PolicyName"]}


def delete_policy(_physical_id: str, properties: Properties) -> None:
    """Delete a policy if it exists: it may have been deleted with its target."""
    inputs = {name: _with_target(properties)[name] for name in (*TARGET_KEY, "PolicyName")}
    _call_if_exists(identity.stack_client(SERVICE).delete_scaling_policy, inputs)


def _with_target(properties: Properties) -> Properties:
    """Return a policy's properties with its target's, which ScalingTargetId may combine."""
    if "ScalingTargetId" not in properties:
        return properties
    resource, dimension, namespace = properties["ScalingTargetId"].split("|")
    target = {"ResourceId": resource, "ScalableDimension": dimension, "ServiceNamespace": namespace}
    return {**properties, **target}


def _inputs(properties: Properties, operation: str) -> Properties:
    """Return the inputs of an operation: the properties that it has, under the API's names."""
    members = input_shape(SERVICE, operation).members
    renamed = {_api_name(name): value for name, value in properties.items()}
    return {name: value for name, value in renamed.items() if name in members}


def _api_name(name: str) -> str:
    return name + "Configuration" if name.endswith("ScalingPolicy") and name != "ScalingPolicy" else name


def _call_if_exists(call: Any, inputs: Properties) -> None:
    try:
        call(**inputs)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ObjectNotFoundException":
            raise
