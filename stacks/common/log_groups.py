"""Log groups with a retention, deleted with their stack."""

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.config.settings import Settings


def log_group(scope: Construct, id_: str, *, settings: Settings, name: str | None = None) -> logs.LogGroup:
    """Declare a log group with the retention of the settings.

    Parameters
    ----------
    name
        The physical name; only where a service requires one.
    """
    group = logs.LogGroup(scope, id_, log_group_name=name, removal_policy=RemovalPolicy.DESTROY)
    # The construct takes an enumeration, the resource a number of days, as the settings do.
    cast("logs.CfnLogGroup", group.node.default_child).retention_in_days = settings.log_retention_days
    return group
