"""PutScalingPolicy, DeleteScalingPolicy, DescribeScalingPolicies: policies are stored, nothing scales."""

import uuid
from collections.abc import Mapping
from typing import Any, cast

from local_aws.sagemaker.autoscaling.scalable_targets import (
    describe_target,
    in_namespace,
    require_target,
    target_key,
)
from local_aws.sagemaker.core.api_call import ApiCall, JsonObject, now
from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.resources import ScalingPolicy
from local_aws.sagemaker.core.service import Service


def put(service: Service, call: ApiCall) -> JsonObject:
    """PutScalingPolicy: no alarms are created."""
    with service.store.lock:
        require_target(service, call)
        key = f"{target_key(call)} {call.inputs['PolicyName']}"
        policy = _with_inputs(service.store.scaling_policies.get(key) or _new_policy(call), call)
        service.store.scaling_policies[key] = policy
    return {"PolicyARN": policy["PolicyARN"], "Alarms": []}


def _new_policy(call: ApiCall) -> JsonObject:
    return {"CreationTime": now(), "PolicyARN": _policy_arn(call), "PolicyType": "StepScaling"}


def _with_inputs(policy: Mapping[str, Any], call: ApiCall) -> ScalingPolicy:
    return cast("ScalingPolicy", {**policy, **call.inputs, "Alarms": []})


def _policy_arn(call: ApiCall) -> str:
    inputs = call.inputs
    return (
        f"arn:aws:autoscaling:{call.region}:{call.account}:scalingPolicy:{uuid.uuid4()}:resource/"
        f"{inputs['ServiceNamespace']}/{inputs['ResourceId']}:policyName/{inputs['PolicyName']}"
    )


def delete(service: Service, call: ApiCall) -> JsonObject:
    """DeleteScalingPolicy."""
    key = f"{target_key(call)} {call.inputs['PolicyName']}"
    with service.store.lock:
        if service.store.scaling_policies.pop(key, None) is None:
            name = call.inputs["PolicyName"]
            raise ServiceError(
                "ObjectNotFoundException",
                f"No scaling policy found for {describe_target(call)}, policy name: {name}",
            )
    return {}


def describe(service: Service, call: ApiCall) -> JsonObject:
    """DescribeScalingPolicies."""
    names, resource = call.inputs.get("PolicyNames"), call.inputs.get("ResourceId")
    with service.store.lock:
        policies = [
            policy
            for key, policy in service.store.scaling_policies.items()
            if key.startswith(f"{call.region} ")
            and (not names or policy["PolicyName"] in names)
            and resource in {None, policy["ResourceId"]}
        ]
    return {"ScalingPolicies": in_namespace(policies, call)}


OPERATIONS = {
    "PutScalingPolicy": put,
    "DeleteScalingPolicy": delete,
    "DescribeScalingPolicies": describe,
}
