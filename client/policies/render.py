"""Render the IAM policies of the JSON files in this folder for one deployment."""

import json
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from client.deployment import Deployment

FOLDER = Path(__file__).parent
# deploy: bootstrap, deploy, upload, train, invoke the endpoint, destroy, and list leftovers.
# start: start and follow executions, read the history.
NAMES = ("deploy", "start")


def render(name: str, deployment: "Deployment") -> dict[str, Any]:
    """Fill in a policy for one deployment, in the account and region of its session.

    Parameters
    ----------
    name
        deploy or start.
    deployment
        The deployment whose stacks, bucket, state machines, jobs and endpoint the policy allows.

    Returns
    -------
    dict
        An IAM policy document; as compact JSON it fits into a managed policy (6,144 characters).
    """
    identity = deployment.client("sts").get_caller_identity()
    text = Template((FOLDER / f"{name}.json").read_text(encoding="utf-8")).substitute(
        Partition=identity["Arn"].split(":")[1],
        Account=identity["Account"],
        Region=deployment.region,
        Prefix=deployment.prefix,
        Stacks=deployment.stack_name("Storage").removesuffix("Storage"),
        # The state machines' names are generated. AWS does not document whether they begin with the stack's
        # name or with the logical id, so the policies allow both.
        Machine=f"{deployment.name.capitalize()}{deployment.environment.capitalize()}Machine",
        Bucket=f"{deployment.stack_name('Storage').lower()}-",
    )
    document: dict[str, Any] = json.loads(text)
    return document


def compact(document: dict[str, Any]) -> str:
    """Serialize a policy document without spaces: they count towards IAM's limit of 6,144 characters."""
    return json.dumps(document, separators=(",", ":"))
