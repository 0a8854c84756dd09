"""The documented IAM policies of the people around a deployment, as files with placeholders."""

import json
from pathlib import Path
from string import Template
from typing import Any

from client.deployment import Deployment

FOLDER = Path(__file__).parent
# deploy: bootstraps, deploys, uploads, trains, asks the endpoint, destroys and looks for leftovers.
# start: starts executions and follows them; nothing else.
# The state machine has no name of its own; whether the one that CloudFormation generates begins with the
# stack's name or with the logical id isn't documented: both are allowed.
NAMES = ("deploy", "start")


def render(name: str, deployment: Deployment) -> dict[str, Any]:
    """Fill a policy in for one deployment, in the account and region of its session.

    Parameters
    ----------
    name
        deploy or start.
    deployment
        Whose stacks, bucket, machine, jobs and endpoint are meant.

    Returns
    -------
    dict
        An IAM policy document; as JSON without spaces it fits into a managed policy (6,144 characters).
    """
    identity = deployment.client("sts").get_caller_identity()
    stacks = deployment.stack("Storage").removesuffix("Storage")
    text = Template((FOLDER / f"{name}.json").read_text(encoding="utf-8")).substitute(
        Partition=identity["Arn"].split(":")[1],
        Account=identity["Account"],
        Region=deployment.region,
        Prefix=deployment.prefix,
        Stacks=stacks,
        # What CloudFormation builds the machine's name from, with or without the stack's in front.
        Machine=f"{deployment.name.capitalize()}{deployment.environment.capitalize()}Machine",
        Bucket=f"{deployment.stack('Storage').lower()}-",
    )
    document: dict[str, Any] = json.loads(text)
    return document


def compact(document: dict[str, Any]) -> str:
    """Write a policy document without the spaces that count against IAM's limit of 6,144 characters."""
    return json.dumps(document, separators=(",", ":"))
