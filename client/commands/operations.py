"""Commands for the endpoint and for the deployment as a whole."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.options import json_option, pass_deployment
from client.output import print_json, print_lines, print_message
from client.policies.render import NAMES, render
from data_prep.progress import spinner

if TYPE_CHECKING:
    from client.deployment import Deployment


@click.command
@json_option
@pass_deployment
def status(deployment: "Deployment", *, as_json: bool) -> int:
    """Show what is deployed, running and served."""
    from client.operations.status import describe_status, get_status

    current = get_status(deployment)
    if as_json:
        print_json(asdict(current))
    else:
        print_lines(describe_status(current))
    return 0


@click.command
@pass_deployment
def destroy(deployment: "Deployment") -> int:
    """Stop jobs, destroy the stacks, delete log streams.

    Does not ask for confirmation. The data bucket of prod is retained.
    """
    from client.operations import destroy as operation

    operation.destroy(deployment)
    print_message(
        f"{deployment.prefix} is destroyed. To check that nothing is left: python -m client leftovers"
    )
    return 0


@click.command
@click.option(
    "--before",
    type=click.Path(path_type=Path),
    help="An inventory from before the deployment; lists everything that is new.",
)
@click.option("--inventory", "only_inventory", is_flag=True, help="Print the current inventory as JSON.")
@json_option
@pass_deployment
def leftovers(deployment: "Deployment", *, before: Path | None, only_inventory: bool, as_json: bool) -> int:
    """Check that a destroyed deployment left nothing.

    Lists the resources with the deployment's names; with --before, all new resources. The exit code is 1 if
    there are any.
    """
    from client.operations import inventory
    from client.operations import leftovers as operation

    if before and only_inventory:
        raise click.UsageError("--inventory can't be combined with --before.")
    with spinner("Listing resources"):
        current = inventory.collect(deployment)
    if only_inventory:
        print_json(current, indent=2)
        return 0
    left = (
        operation.leftovers(inventory.read(before), current)
        if before
        else operation.owned(deployment, current)
    )
    if as_json:
        print_json(left)
    else:
        print_lines(operation.describe_leftovers(left) or [f"Nothing is left of {deployment.prefix}."])
    return 1 if left else 0


@click.command
@click.argument("policy_name", metavar=f"[{'|'.join(NAMES)}]", type=click.Choice(NAMES))
@pass_deployment
def policy(deployment: "Deployment", *, policy_name: str) -> int:
    """Print the IAM policy for deploying or for starting.

    deploy: the permissions to deploy, use and destroy a deployment. start: the permissions to start,
    follow and stop executions.
    """
    print_json(render(policy_name, deployment), indent=2)
    return 0
