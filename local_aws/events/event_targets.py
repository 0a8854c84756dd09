"""Targets of rules and schedules: executions start and messages are published as the target's role.

The calls go over HTTP, so that IAM authorises them.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
"""

import functools
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from local_aws import identity
from local_aws.ministack.bindings import Ministack
from local_aws.ministack.signatures import InvokeTarget
from local_aws.process import background

_LOG = logging.getLogger("local_aws")


class _Source(NamedTuple):
    """The role of a target or "", the service that assumes it, and the rule or schedule group."""

    role: str
    service: str
    arn: str


_SOURCE: ContextVar[_Source] = ContextVar("source")


def install() -> None:
    """Wrap how ministack delivers events to targets."""
    Ministack.invoke_target.wrap(_invoke)
    Ministack.start_execution_of_target.wrap(lambda _: _start_execution)
    Ministack.publish_to_target.wrap(_publish)


def _invoke(original: InvokeTarget) -> InvokeTarget:
    @functools.wraps(original)
    def invoke(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], /, *rest: Any) -> None:
        token = _SOURCE.set(_source(target, event, rule))
        try:
            original(target, event, rule, *rest)
        finally:
            _SOURCE.reset(token)

    return invoke


def _source(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any]) -> _Source:
    role, arn = target.get("RoleArn", ""), rule.get("Arn", "")
    if event.get("Source") != "aws.scheduler":
        return _Source(role, "events.amazonaws.com", arn)
    # EventBridge Scheduler assumes a role on behalf of the schedule's group.
    group = arn.rpartition("/")[0].replace(":schedule/", ":schedule-group/")
    return _Source(role, "scheduler.amazonaws.com", group)


def _start_execution(machine: str, execution_input: str) -> None:
    _later(machine, "stepfunctions", "start_execution", stateMachineArn=machine, input=execution_input)


def _publish(original: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """Publish as the role; a target without one depends on the topic's policy, which ministack checks."""

    @functools.wraps(original)
    def publish(topic: str, message: str) -> None:
        if _SOURCE.get().role:
            _later(topic, "sns", "publish", TopicArn=topic, Message=message)
        else:
            original(topic, message)

    return publish


def _later(target: str, service: str, method: str, **arguments: str) -> None:
    background.later(_call_as_role, target, service, lambda client: getattr(client, method)(**arguments))


def _call_as_role(target: str, service: str, call: Callable[[Any], object]) -> None:
    """Call a service as the target's role; log a refusal, where AWS counts a failed invocation."""
    source = _SOURCE.get()
    try:
        call(
            identity.role_client(
                source.role,
                service,
                session_name=source.arn.rpartition("/")[2][:64],
                source=source.service,
                source_arn=source.arn,
            )
        )
    except (identity.RoleRefusedError, ClientError) as error:
        _LOG.warning("%s did not reach %s: %s", source.arn, target, error)
