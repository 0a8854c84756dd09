"""What there is in an account and region, by list calls over every service that a deployment uses."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from client.deployment import TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP, Deployment
from client.errors import SayableError
from client.executions.job_logs import our_streams
from client.operations.keys import customer_keys

Inventory = dict[str, list[str]]
# Every status of a stack but DELETE_COMPLETE, which is a record and no stack.
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
class Listing:
    """One list call: where the answer holds the things, and what a thing is called by."""

    kind: str
    service: str
    operation: str
    things: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


LISTINGS = (
    Listing(
        "alarms",
        "cloudwatch",
        "describe_alarms",
        "MetricAlarms",
        "AlarmName",
        {"AlarmTypes": ["MetricAlarm"]},
    ),
    Listing(
        "alarms",
        "cloudwatch",
        "describe_alarms",
        "CompositeAlarms",
        "AlarmName",
        {"AlarmTypes": ["CompositeAlarm"]},
    ),
    Listing("buckets", "s3", "list_buckets", "Buckets", "Name"),
    Listing("dashboards", "cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    Listing("ECR repositories", "ecr", "describe_repositories", "repositories", "repositoryName"),
    Listing(
        "endpoint configs", "sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"
    ),
    Listing("endpoints", "sagemaker", "list_endpoints", "Endpoints", "EndpointName"),
    Listing("functions", "lambda", "list_functions", "Functions", "FunctionName"),
    Listing("log groups", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    Listing("models", "sagemaker", "list_models", "Models", "ModelName"),
    Listing("policies", "iam", "list_policies", "Policies", "PolicyName", {"Scope": "Local"}),
    Listing("roles", "iam", "list_roles", "Roles", "RoleName"),
    Listing("rules", "events", "list_rules", "Rules", "Name"),
    *(
        Listing(
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
        Listing(
            "running transform jobs",
            "sagemaker",
            "list_transform_jobs",
            "TransformJobSummaries",
            "TransformJobName",
            {"StatusEquals": status},
        )
        for status in ("InProgress", "Stopping")
    ),
    Listing(
        "scalable targets",
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        "ResourceId",
        {"ServiceNamespace": "sagemaker"},
    ),
    Listing("schedules", "scheduler", "list_schedules", "Schedules", "Name"),
    Listing("SSM parameters", "ssm", "describe_parameters", "Parameters", "Name"),
    Listing(
        "stacks",
        "cloudformation",
        "list_stacks",
        "StackSummaries",
        "StackName",
        {"StackStatusFilter": _STACK_STATUSES},
    ),
    Listing("state machines", "stepfunctions", "list_state_machines", "stateMachines", "name"),
    Listing("subscriptions", "sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    Listing("topics", "sns", "list_topics", "Topics", "TopicArn"),
)

# The groups are the whole account's; the streams in them are one deployment's.
STREAMS = {
    "log streams of training jobs": TRAINING_LOG_GROUP,
    "log streams of transform jobs": TRANSFORM_LOG_GROUP,
}


def take(deployment: Deployment) -> Inventory:
    """List what there is, whoever made it, and the deployment's own log streams.

    Parameters
    ----------
    deployment
        Says which account and region, and whose log streams are meant.

    Returns
    -------
    dict
        Kind to its sorted names; every kind is there, empty ones too.
    """
    inventory: dict[str, set[str]] = {}
    for listing in LISTINGS:
        inventory.setdefault(listing.kind, set()).update(_names(deployment.client(listing.service), listing))
    logs = deployment.client("logs")
    for kind, group in STREAMS.items():
        inventory[kind] = set(our_streams(logs, group, deployment.prefix))
    inventory["KMS keys"] = set(customer_keys(deployment.client("kms")))
    return {kind: sorted(names) for kind, names in sorted(inventory.items())}


def summary(inventory: Inventory) -> str:
    """Say how many things of each kind an inventory holds."""
    held = [f"{kind} {len(names)}" for kind, names in inventory.items() if names]
    return ", ".join(held) or "nothing"


def read(path: Path) -> Inventory:
    """Read an inventory that `python -m client leftovers --inventory` printed into a file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SayableError
        The file holds something else.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SayableError(f"{path} is not JSON ({error}).") from None
    if not isinstance(held, dict) or not all(isinstance(names, list) for names in held.values()):
        raise SayableError(f"{path} is not an inventory: it maps no kinds to lists of names.")
    return held


def _names(client: Any, listing: Listing) -> Iterator[str]:
    if client.can_paginate(listing.operation):
        pages = client.get_paginator(listing.operation).paginate(**listing.arguments)
    else:
        pages = [getattr(client, listing.operation)(**listing.arguments)]
    for page in pages:
        yield from (str(thing[listing.name]) for thing in page.get(listing.things, []))
