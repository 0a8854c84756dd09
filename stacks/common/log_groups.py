"""Log groups: explicit, with a retention, deleted with their stack."""

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.config.settings import Settings


def log_group(scope: Construct, id_: str, *, settings: Settings, name: str | None = None) -> logs.LogGroup:
    """Declare a log group.

    Parameters
    ----------
    settings
        Says how many days events are kept.
    name
        Only where a service dictates it.
    """
    group = logs.LogGroup(scope, id_, log_group_name=name, removal_policy=RemovalPolicy.DESTROY)
    # The construct takes names of an enumeration, the settings hold the days that CloudFormation takes.
    cast("logs.CfnLogGroup", group.node.default_child).retention_in_days = settings.log_retention_days
    return group
