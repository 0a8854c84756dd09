"""Application Auto Scaling as far as endpoints use it: all is kept and listed, nothing scales."""

import re
import uuid

from local_aws.sagemaker.core.access.authorization import LINKED_ROLE
from local_aws.sagemaker.core.api_call import Call, Record, now
from local_aws.sagemaker.core.errors import ServiceError, invalid
from local_aws.sagemaker.core.service import Operation, Service

DIMENSION = "sagemaker:variant:DesiredInstanceCount"


def register_target(service: Service, call: Call) -> Record:
    """RegisterScalableTarget: of a variant that runs."""
    inputs = call.inputs
    if inputs["ServiceNamespace"] != "sagemaker" or inputs["ScalableDimension"] != DIMENSION:
        raise invalid(f"Only the namespace sagemaker with {DIMENSION} is served on this machine.")
    with service.store.lock:
        before = _find_target(service, call)
        if before is None:
            _check_new(service, call)
        target = {**(before or {"CreationTime": now(), "ScalableTargetARN": _target_arn(call)}), **inputs}
        target.pop("Tags", None)
        if target["MinCapacity"] > target["MaxCapacity"]:
            raise invalid("Maximum capacity cannot be less than minimum capacity")
        target.setdefault("RoleARN", _linked_role(call))
        service.store.scalable_targets[_key(call)] = target
    return {"ScalableTargetARN": target["ScalableTargetARN"]}


def _check_new(service: Service, call: Call) -> None:
    inputs = call.inputs
    if "MinCapacity" not in inputs or "MaxCapacity" not in inputs:
        raise invalid("Minimum and maximum capacity are required when a scalable target is registered first.")
    found = re.fullmatch("endpoint/([^/]+)/variant/([^/]+)", inputs["ResourceId"])
    endpoint, variant = found.groups() if found else ("", "")
    record = service.store.endpoints.get(call.arn("endpoint", endpoint), {})
    if not any(v["VariantName"] == variant for v in record.get("ProductionVariants", [])):
        raise invalid(f"No endpoint variant was found for the resource ID {inputs['ResourceId']}.")


def _key(call: Call) -> str:
    return f"{call.region} {call.inputs['ResourceId']}"


def _target_arn(call: Call) -> str:
    return f"arn:aws:application-autoscaling:{call.region}:{call.account}:scalable-target/{uuid.uuid4().hex}"


def _linked_role(call: Call) -> str:
    return f"arn:aws:iam::{call.account}:role/{LINKED_ROLE}"


def _find_target(service: Service, call: Call) -> Record | None:
    return service.store.scalable_targets.get(_key(call))


def _no_target(call: Call) -> ServiceError:
    inputs = call.inputs
    return ServiceError(
        "ObjectNotFoundException",
        f"No scalable target found for service namespace: {inputs['ServiceNamespace']}, resource ID: "
        f"{inputs['ResourceId']}, scalable dimension: {inputs['ScalableDimension']}",
    )


def deregister_target(service: Service, call: Call) -> Record:
    """DeregisterScalableTarget: its policies go with it."""
    with service.store.lock:
        if _find_target(service, call) is None:
            raise _no_target(call)
        del service.store.scalable_targets[_key(call)]
        for key, policy in list(service.store.scaling_policies.items()):
            if policy["ResourceId"] == call.inputs["ResourceId"] and key.startswith(f"{call.region} "):
                del service.store.scaling_policies[key]
    return {}


def describe_targets(service: Service, call: Call) -> Record:
    """DescribeScalableTargets."""
    wanted = call.inputs.get("ResourceIds")
    with service.store.lock:
        targets = [
            target
            for key, target in service.store.scalable_targets.items()
            if key.startswith(f"{call.region} ") and (not wanted or target["ResourceId"] in wanted)
        ]
    return {"ScalableTargets": _of_namespace(targets, call)}


def put_policy(service: Service, call: Call) -> Record:
    """PutScalingPolicy: kept; it makes no alarms and scales nothing."""
    with service.store.lock:
        if _find_target(service, call) is None:
            raise _no_target(call)
        key = f"{_key(call)} {call.inputs['PolicyName']}"
        before = service.store.scaling_policies.get(key)
        policy = {
            **(before or {"CreationTime": now(), "PolicyARN": _policy_arn(call)}),
            **call.inputs,
            "Alarms": [],
        }
        policy.setdefault("PolicyType", "StepScaling")
        service.store.scaling_policies[key] = policy
    return {"PolicyARN": policy["PolicyARN"], "Alarms": []}


def _policy_arn(call: Call) -> str:
    inputs = call.inputs
    return (
        f"arn:aws:autoscaling:{call.region}:{call.account}:scalingPolicy:{uuid.uuid4()}:resource/"
        f"{inputs['ServiceNamespace']}/{inputs['ResourceId']}:policyName/{inputs['PolicyName']}"
    )


def delete_policy(service: Service, call: Call) -> Record:
    """DeleteScalingPolicy."""
    key = f"{_key(call)} {call.inputs['PolicyName']}"
    with service.store.lock:
        if service.store.scaling_policies.pop(key, None) is None:
            raise ServiceError(
                "ObjectNotFoundException", f"No scaling policy found for {call.inputs['PolicyName']}"
            )
    return {}


def describe_policies(service: Service, call: Call) -> Record:
    """DescribeScalingPolicies."""
    named, resource = call.inputs.get("PolicyNames"), call.inputs.get("ResourceId")
    with service.store.lock:
        policies = [
            policy
            for key, policy in service.store.scaling_policies.items()
            if key.startswith(f"{call.region} ")
            and (not named or policy["PolicyName"] in named)
            and resource in {None, policy["ResourceId"]}
        ]
    return {"ScalingPolicies": _of_namespace(policies, call)}


def _of_namespace(records: list[Record], call: Call) -> list[Record]:
    return [record for record in records if record["ServiceNamespace"] == call.inputs["ServiceNamespace"]]


OPERATIONS: dict[str, Operation] = {
    "RegisterScalableTarget": register_target,
    "DeregisterScalableTarget": deregister_target,
    "DescribeScalableTargets": describe_targets,
    "PutScalingPolicy": put_policy,
    "DeleteScalingPolicy": delete_policy,
    "DescribeScalingPolicies": describe_policies,
}
