"""Deploys a definition in the Amazon States Language (definition.asl.yaml) as a state machine."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.common.log_groups import log_group
from stacks.common.resource_names import logical_id
from stacks.config.settings import Settings
from stacks.workflows import definitions


def state_machine(
    scope: Construct,
    *,
    settings: Settings,
    kind: str,
    log_group_name: str,
    definition: Path,
    timeout_seconds: int,
    substitutions: Mapping[str, str],
) -> sfn.StateMachine:
    """Declare a state machine, its role and its log group.

    The role may write logs and traces; the calls of the states need their own statements.

    Parameters
    ----------
    kind
        The suffix of the logical id.
    timeout_seconds
        The timeout of an execution. It is not in the definition because it depends on the settings, and the
        field TimeoutSeconds takes no expression.
    substitutions
        CloudFormation writes them into the definition as text: they must not contain quotes or backslashes.
    """
    document = {**definitions.load(definition), "TimeoutSeconds": timeout_seconds}
    machine = sfn.StateMachine(
        scope,
        "Machine",
        definition_body=sfn.DefinitionBody.from_string(json.dumps(document)),
        definition_substitutions=substitutions,
        logs=sfn.LogOptions(
            destination=log_group(scope, "Logs", settings=settings, name=log_group_name),
            level=sfn.LogLevel.ALL,
            include_execution_data=True,
        ),
        tracing_enabled=True,
    )
    resource = cast("sfn.CfnStateMachine", machine.node.default_child)
    resource.override_logical_id(logical_id(settings, kind))
    # cfn-lint checks a DefinitionString as JSONPath, and as if substitutions were never part of a text.
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["E3601"]}})
    return machine
