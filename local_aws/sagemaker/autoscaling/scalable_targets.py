"""RegisterScalableTarget, DeregisterScalableTarget, DescribeScalableTargets, for endpoint variants.

Targets are stored and listed; nothing scales.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from local_aws.sagemaker.core.access.authorization import LINKED_ROLE
from local_aws.sagemaker.core.api_call import ApiCall, JsonObject, Resource, now
from local_aws.sagemaker.core.errors import ServiceError, invalid
from local_aws.sagemaker.core.resources import ScalableTarget
from local_aws.sagemaker.core.service import Service

DIMENSION = "sagemaker:variant:DesiredInstanceCount"


def register(service: Service, call: ApiCall) -> JsonObject:
    """RegisterScalableTarget: the variant must exist."""
    inputs = call.inputs
    if inputs["ServiceNamespace"] != "sagemaker" or inputs["ScalableDimension"] != DIMENSION:
        raise invalid(f"Only the namespace sagemaker with {DIMENSION} is supported by the local AWS.")
    with service.store.lock:
        current = service.store.scalable_targets.get(target_key(call))
        if current is None:
            _check_new(service, call)
        target = _with_inputs(current or _new_target(call), call)
        if target["MinCapacity"] > target["MaxCapacity"]:
            raise invalid("Maximum capacity cannot be less than minimum capacity")
        service.store.scalable_targets[target_key(call)] = target
    return {"ScalableTargetARN": target["ScalableTargetARN"]}


def _check_new(service: Service, call: ApiCall) -> None:
    inputs = call.inputs
    if "MinCapacity" not in inputs or "MaxCapacity" not in inputs:
        raise invalid("Minimum and maximum capacity are required to register a new scalable target.")
    match = re.fullmatch("endpoint/([^/]+)/variant/([^/]+)", inputs["ResourceId"])
    name, variant = match.groups() if match else ("", "")
    endpoint = service.store.endpoints.get(call.arn("endpoint", name))
    variants = endpoint.get("ProductionVariants", []) if endpoint else []
    if not any(v["VariantName"] == variant for v in variants):
        raise invalid(f"No endpoint variant was found for the resource ID {inputs['ResourceId']}.")


def target_key(call: ApiCall) -> str:
    """Return the key under which the store has the target of a call."""
    return f"{call.region} {call.inputs['ResourceId']}"


def _new_target(call: ApiCall) -> JsonObject:
    arn = f"arn:aws:application-autoscaling:{call.region}:{call.account}:scalable-target/{uuid.uuid4().hex}"
    role = f"arn:aws:iam::{call.account}:role/{LINKED_ROLE}"
    return {"CreationTime": now(), "ScalableTargetARN": arn, "RoleARN": role}


def _with_inputs(target: Mapping[str, Any], call: ApiCall) -> ScalableTarget:
    return cast("ScalableTarget", {**target, **call.inputs_without_tags()})


def require_target(service: Service, call: ApiCall) -> None:
    """Check that the scalable target of a call is registered.

    Raises
    ------
    ServiceError
        ``ObjectNotFoundException``: it isn't.
    """
    if target_key(call) not in service.store.scalable_targets:
        raise ServiceError("ObjectNotFoundException", f"No scalable target found for {describe_target(call)}")


def describe_target(call: ApiCall) -> str:
    """Return the target of a call as AWS's messages name it."""
    inputs = call.inputs
    return (
        f"service namespace: {inputs['ServiceNamespace']}, resource ID: {inputs['ResourceId']}, "
        f"scalable dimension: {inputs['ScalableDimension']}"
    )


def deregister(service: Service, call: ApiCall) -> JsonObject:
    """DeregisterScalableTarget: its policies are deleted too."""
    with service.store.lock:
        require_target(service, call)
        del service.store.scalable_targets[target_key(call)]
        for key, policy in list(service.store.scaling_policies.items()):
            if policy["ResourceId"] == call.inputs["ResourceId"] and key.startswith(f"{call.region} "):
                del service.store.scaling_policies[key]
    return {}


def describe(service: Service, call: ApiCall) -> JsonObject:
    """DescribeScalableTargets."""
    ids = call.inputs.get("ResourceIds")
    with service.store.lock:
        targets = [
            target
            for key, target in service.store.scalable_targets.items()
            if key.startswith(f"{call.region} ") and (not ids or target["ResourceId"] in ids)
        ]
    return {"ScalableTargets": in_namespace(targets, call)}


def in_namespace(resources: Sequence[Resource], call: ApiCall) -> list[Resource]:
    """Return the resources in the namespace of a call."""
    namespace = call.inputs["ServiceNamespace"]
    return [resource for resource in resources if resource["ServiceNamespace"] == namespace]


OPERATIONS = {
    "RegisterScalableTarget": register,
    "DeregisterScalableTarget": deregister,
    "DescribeScalableTargets": describe,
}
