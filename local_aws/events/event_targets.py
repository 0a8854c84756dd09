"""Rules and schedules start executions and publish as the role of their target, over HTTP: IAM decides.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
"""

import functools
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from local_aws import identity
from local_aws.ministack import bindings
from local_aws.process import background

_LOG = logging.getLogger("local_aws")


class _Sender(NamedTuple):
    """Who reaches a target: the role or "", the service that takes it, and on whose behalf."""

    role: str
    service: str
    arn: str


_SENDER: ContextVar[_Sender] = ContextVar("sender")


def install() -> None:
    """Put the extension around what ministack does with the targets of rules and schedules."""
    bindings.wrap("invoke target", _invoke)
    bindings.wrap("start execution of target", _start)
    bindings.wrap("publish to target", _publish)


def _invoke(original: Any) -> Any:
    @functools.wraps(original)
    def invoke(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], *rest: Any) -> None:
        before = _SENDER.set(_sender(target, event, rule))
        try:
            original(target, event, rule, *rest)
        finally:
            _SENDER.reset(before)

    return invoke


def _sender(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any]) -> _Sender:
    role, arn = target.get("RoleArn", ""), rule.get("Arn", "")
    if event.get("Source") != "aws.scheduler":
        return _Sender(role, "events.amazonaws.com", arn)
    # EventBridge Scheduler takes a role on behalf of the schedule's group.
    group = arn.rpartition("/")[0].replace(":schedule/", ":schedule-group/")
    return _Sender(role, "scheduler.amazonaws.com", group)


def _start(_original: Any) -> Any:
    def start(machine: str, given: str) -> None:
        _later(machine, "stepfunctions", "start_execution", stateMachineArn=machine, input=given)

    return start


def _publish(original: Any) -> Any:
    """Publish with the role; a target without one is reached by the topic's policy, as ministack does it."""

    @functools.wraps(original)
    def publish(topic: str, message: str) -> None:
        if _SENDER.get().role:
            _later(topic, "sns", "publish", TopicArn=topic, Message=message)
        else:
            original(topic, message)

    return publish


def _later(target: str, service: str, method: str, **arguments: str) -> None:
    background.later(_as_role, target, service, lambda client: getattr(client, method)(**arguments))


def _as_role(target: str, service: str, call: Callable[[Any], object]) -> None:
    """Do it as the target's role; what is refused is logged, as AWS counts a failed invocation."""
    sender = _SENDER.get()
    try:
        call(
            identity.role_client(
                sender.role,
                service,
                session_name=sender.arn.rpartition("/")[2][:64],
                source=sender.service,
                source_arn=sender.arn,
            )
        )
    except (identity.RoleRefusedError, ClientError) as error:
        _LOG.warning("%s did not reach %s: %s", sender.arn, target, error)
