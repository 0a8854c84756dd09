"""AWS::SageMaker::Model, EndpointConfig and Endpoint, provisioned through the API with the stack's role."""

import secrets
import string
import time
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from local_aws import identity
from local_aws.ministack import extensions
from local_aws.ministack.documents import Properties
from local_aws.ministack.signatures import Provisioned
from local_aws.sagemaker.core.validation import input_shape

MAX_NAME = 63
WAIT_SECONDS = 1800.0
POLL_SECONDS = 0.2
SUFFIX = string.ascii_letters + string.digits


class ResourceFailedError(Exception):
    """The resource can't be provisioned; the message is the stack event's reason."""


def install() -> None:
    """Register the resource types."""
    for kind in ("Model", "EndpointConfig"):
        members = input_shape("sagemaker", f"Create{kind}").members
        extensions.register_cloudformation_type(
            f"AWS::SageMaker::{kind}",
            _creator(kind),
            _tag_updater(kind),
            _deleter(kind),
            replacing=tuple(name for name in members if name != "Tags"),
        )
    extensions.register_cloudformation_type(
        "AWS::SageMaker::Endpoint",
        create_endpoint,
        update_endpoint,
        delete_endpoint,
        replacing=("EndpointName",),
    )


def generated_name(logical_id: str) -> str:
    """Return a name as CloudFormation generates it: the logical id and 12 random characters."""
    random = "".join(secrets.choice(SUFFIX) for _ in range(12))
    return f"{logical_id[: MAX_NAME - 13]}-{random}"


def to_api_types(properties: Properties, operation: str) -> Properties:
    """Return a template's properties with the API's types: a template may have numbers as text."""
    converted: Properties = _to_type(properties, input_shape("sagemaker", operation))
    return converted


def _call_inputs(properties: Properties, operation: str) -> Properties:
    """Return the properties that are inputs of an operation: an endpoint's belong to two operations."""
    members = input_shape("sagemaker", operation).members
    return to_api_types({name: value for name, value in properties.items() if name in members}, operation)


def _to_type(value: Any, shape: Any) -> Any:
    if shape is None:
        return value
    if isinstance(value, dict) and shape.type_name == "structure":
        return {name: _to_type(member, shape.members.get(name)) for name, member in value.items()}
    if isinstance(value, list) and shape.type_name == "list":
        return [_to_type(item, shape.member) for item in value]
    if isinstance(value, str) and shape.type_name in {"integer", "long", "float", "double"}:
        return float(value) if shape.type_name in {"float", "double"} else int(value)
    if isinstance(value, str) and shape.type_name == "boolean":
        return value.lower() == "true"
    return value


def _creator(kind: str) -> Any:
    def create(logical_id: str, properties: Properties, _stack: str) -> Provisioned:
        name = properties.get(f"{kind}Name") or generated_name(logical_id)
        inputs = to_api_types({**properties, f"{kind}Name": name}, f"Create{kind}")
        response = _operation(f"Create{kind}")(**inputs)
        return response[f"{kind}Arn"], {f"{kind}Name": name, "Id": response[f"{kind}Arn"]}

    return create


def _deleter(kind: str) -> Any:
    def delete(physical_id: str, _properties: Properties) -> None:
        _call_if_exists(_operation(f"Delete{kind}"), **{f"{kind}Name": _name_of(physical_id)})

    return delete


def _tag_updater(kind: str) -> Any:
    """Return the update of a type that every property but Tags replaces."""

    def update(arn: str, old: Properties, new: Properties, _stack: str) -> Provisioned:
        change_tags(arn, old, new)
        return arn, {f"{kind}Name": _name_of(arn), "Id": arn}

    return update


def _operation(operation: str) -> Any:
    return getattr(identity.stack_client("sagemaker"), xform_name(operation))


def _name_of(arn: str) -> str:
    return arn.rpartition("/")[2]


def _call_if_exists(call: Any, **inputs: Any) -> bool:
    """Make a call on a resource; return whether it exists."""
    try:
        call(**inputs)
    except ClientError as error:
        if "Could not find" not in error.response["Error"]["Message"]:
            raise
        return False
    return True


def change_tags(arn: str, old: Properties, new: Properties) -> None:
    """Change a resource's tags to those of its new properties."""
    sagemaker = identity.stack_client("sagemaker")
    before, after = ({tag["Key"]: tag["Value"] for tag in p.get("Tags", [])} for p in (old, new))
    if removed := sorted(before.keys() - after.keys()):
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=removed)
    if changed := [{"Key": k, "Value": v} for k, v in after.items() if before.get(k) != v]:
        sagemaker.add_tags(ResourceArn=arn, Tags=changed)


def create_endpoint(logical_id: str, properties: Properties, _stack: str) -> Provisioned:
    """Create an endpoint and wait until it is InService.

    Raises
    ------
    ResourceFailedError
        The message is the endpoint's FailureReason.
    """
    name = properties.get("EndpointName") or generated_name(logical_id)
    sagemaker = identity.stack_client("sagemaker")
    config = _name_of(properties["EndpointConfigName"])
    inputs = {**properties, "EndpointName": name, "EndpointConfigName": config}
    arn = sagemaker.create_endpoint(**_call_inputs(inputs, "CreateEndpoint"))["EndpointArn"]
    try:
        _wait_in_service(sagemaker, name, config)
    except Exception:
        # ministack doesn't delete a resource whose creation failed; CloudFormation does when it rolls back.
        delete_endpoint(arn, properties)
        raise
    return arn, {"EndpointName": name}


def update_endpoint(arn: str, old: Properties, new: Properties, _stack: str) -> Provisioned:
    """Update an endpoint to another configuration and wait until it is InService with it.

    Raises
    ------
    ResourceFailedError
        The endpoint kept its old configuration; the message is its FailureReason.
    """
    sagemaker = identity.stack_client("sagemaker")
    name, config = _name_of(arn), _name_of(new["EndpointConfigName"])
    if sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"] != config:
        inputs = {**new, "EndpointName": name, "EndpointConfigName": config}
        sagemaker.update_endpoint(**_call_inputs(inputs, "UpdateEndpoint"))
        _wait_in_service(sagemaker, name, config)
    change_tags(arn, old, new)
    return arn, {"EndpointName": name}


def _wait_in_service(sagemaker: Any, name: str, config: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        endpoint = sagemaker.describe_endpoint(EndpointName=name)
        status = endpoint["EndpointStatus"]
        if status == "InService" and endpoint["EndpointConfigName"] == config:
            return
        if status in {"InService", "Failed"}:
            raise ResourceFailedError(endpoint.get("FailureReason", f"The endpoint is {status}."))
        time.sleep(POLL_SECONDS)
    raise ResourceFailedError(f"The endpoint {name} wasn't InService within {WAIT_SECONDS:.0f} seconds.")


def delete_endpoint(arn: str, _properties: Properties) -> None:
    """Delete an endpoint and wait until it no longer exists."""
    sagemaker, name = identity.stack_client("sagemaker"), _name_of(arn)
    if not _call_if_exists(sagemaker.delete_endpoint, EndpointName=name):
        return
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and _call_if_exists(sagemaker.describe_endpoint, EndpointName=name):
        time.sleep(POLL_SECONDS)
