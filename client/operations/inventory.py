"""The resources in an account and region, by list calls of every service that a deployment uses."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from client.deployment import TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP, Deployment
from client.errors import UserError
from client.executions.job_logs import list_log_streams

Inventory = dict[str, list[str]]
# Every stack status but DELETE_COMPLETE: that is the record of a deleted stack.
_STACK_STATUSES = [
    f"{verb}_{state}"
    for verb, states in {
        "CREATE": ("IN_PROGRESS", "FAILED", "COMPLETE"),
        "ROLLBACK": ("IN_PROGRESS", "FAILED", "COMPLETE"),
        "DELETE": ("IN_PROGRESS", "FAILED"),
        "UPDATE": ("IN_PROGRESS", "COMPLETE_CLEANUP_IN_PROGRESS", "COMPLETE", "FAILED"),
        "UPDATE_ROLLBACK": ("IN_PROGRESS", "FAILED", "COMPLETE_CLEANUP_IN_PROGRESS", "COMPLETE"),
        "REVIEW": ("IN_PROGRESS",),
    }.items()
    for state in states
]


@dataclass(frozen=True)
class ListCall:
    """One list call: the key of the items in its response, and the key of an item's name."""

    kind: str
    service: str
    operation: str
    items: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


LIST_CALLS = (
    ListCall(
        "alarms",
        "cloudwatch",
        "describe_alarms",
        "MetricAlarms",
        "AlarmName",
        {"AlarmTypes": ["MetricAlarm"]},
    ),
    ListCall(
        "alarms",
        "cloudwatch",
        "describe_alarms",
        "CompositeAlarms",
        "AlarmName",
        {"AlarmTypes": ["CompositeAlarm"]},
    ),
    ListCall("buckets", "s3", "list_buckets", "Buckets", "Name"),
    ListCall("dashboards", "cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ListCall("ECR repositories", "ecr", "describe_repositories", "repositories", "repositoryName"),
    ListCall(
        "endpoint configs", "sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"
    ),
    ListCall("endpoints", "sagemaker", "list_endpoints", "Endpoints", "EndpointName"),
    ListCall("functions", "lambda", "list_functions", "Functions", "FunctionName"),
    ListCall("log groups", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    ListCall("models", "sagemaker", "list_models", "Models", "ModelName"),
    ListCall("policies", "iam", "list_policies", "Policies", "PolicyName", {"Scope": "Local"}),
    ListCall("roles", "iam", "list_roles", "Roles", "RoleName"),
    ListCall("rules", "events", "list_rules", "Rules", "Name"),
    *(
        ListCall(
            "running training jobs",
            "sagemaker",
            "list_training_jobs",
            "TrainingJobSummaries",
            "TrainingJobName",
            {"StatusEquals": status},
        )
        for status in ("InProgress", "Stopping")
    ),
    *(
        ListCall(
            "running transform jobs",
            "sagemaker",
            "list_transform_jobs",
            "TransformJobSummaries",
            "TransformJobName",
            {"StatusEquals": status},
        )
        for status in ("InProgress", "Stopping")
    ),
    ListCall(
        "scalable targets",
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        "ResourceId",
        {"ServiceNamespace": "sagemaker"},
    ),
    ListCall("schedules", "scheduler", "list_schedules", "Schedules", "Name"),
    ListCall("SSM parameters", "ssm", "describe_parameters", "Parameters", "Name"),
    ListCall(
        "stacks",
        "cloudformation",
        "list_stacks",
        "StackSummaries",
        "StackName",
        {"StackStatusFilter": _STACK_STATUSES},
    ),
    ListCall("state machines", "stepfunctions", "list_state_machines", "stateMachines", "name"),
    ListCall("subscriptions", "sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    ListCall("topics", "sns", "list_topics", "Topics", "TopicArn"),
)

# The log groups belong to the whole account, their streams to one deployment.
LOG_STREAM_GROUPS = {
    "log streams of training jobs": TRAINING_LOG_GROUP,
    "log streams of transform jobs": TRANSFORM_LOG_GROUP,
}


def collect(deployment: Deployment) -> Inventory:
    """List the resources of the account and region, and the deployment's own log streams.

    Parameters
    ----------
    deployment
        Selects the account, the region, and the log streams.

    Returns
    -------
    dict
        Kind of resource -> sorted names; kinds without resources are included.
    """
    inventory: dict[str, set[str]] = {}
    for call in LIST_CALLS:
        inventory.setdefault(call.kind, set()).update(_names(deployment.client(call.service), call))
    logs = deployment.client("logs")
    for kind, group in LOG_STREAM_GROUPS.items():
        inventory[kind] = set(list_log_streams(logs, group, deployment.prefix))
    inventory["KMS keys"] = set(list_customer_keys(deployment.client("kms")))
    return {kind: sorted(names) for kind, names in sorted(inventory.items())}


def summarize(inventory: Inventory) -> str:
    """Count the resources of each kind, in one line."""
    counts = [f"{kind} {len(names)}" for kind, names in inventory.items() if names]
    return ", ".join(counts) or "nothing"


def read(path: Path) -> Inventory:
    """Read an inventory that `python -m client leftovers --inventory` printed into a file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UserError
        The file is not an inventory.
    """
    try:
        inventory = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path} is not JSON ({error}).") from None
    if not isinstance(inventory, dict) or not all(isinstance(names, list) for names in inventory.values()):
        raise UserError(f"{path} is not an inventory: it does not map kinds to lists of names.")
    return inventory


def list_customer_keys(kms: Any) -> Iterator[str]:
    """Yield every customer managed KMS key, as ``<id>/<description>/<state>``.

    ListKeys returns ids only. A key whose policy denies DescribeKey is left out: it can't be the
    deployment's, whose key policy delegates to the account's IAM policies.
    """
    for page in kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            metadata = _key_metadata(kms, key["KeyId"])
            if metadata.get("KeyManager") == "CUSTOMER":
                yield f"{key['KeyId']}/{metadata['Description']}/{metadata['KeyState']}"


def _key_metadata(kms: Any, key_id: str) -> dict[str, Any]:
    try:
        metadata: dict[str, Any] = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return {}
    return metadata


def _names(client: Any, call: ListCall) -> Iterator[str]:
    if client.can_paginate(call.operation):
        pages = client.get_paginator(call.operation).paginate(**call.arguments)
    else:
        pages = [getattr(client, call.operation)(**call.arguments)]
    for page in pages:
        yield from (str(item[call.name]) for item in page.get(call.items, []))
