"""SNS topics with a KMS key: publishing requires the caller's permission to use the key.

https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""

import functools
import logging
from typing import Any

from local_aws import identity
from local_aws.identity import iam
from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.documents import Key, Properties
from local_aws.ministack.requests import Request, Respond, wrap_service
from local_aws.ministack.signatures import Create, DispatchAlarmActions, Provisioned, Response, Update

TYPE = "AWS::SNS::Topic"
_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
_ALARM_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_LOG = logging.getLogger("local_aws")


def install() -> None:
    """Store the keys of stacks' topics, and authorise their use when a principal or an alarm publishes."""
    wrap_service("sns", _request)
    Ministack.dispatch_alarm_actions.wrap(_to_usable_keys)
    handlers = ministack.resource_handlers[TYPE]
    handlers["create"] = _create_with_key(handlers["create"])
    handlers["update"] = _update_with_key(handlers["update"])


def _create_with_key(native: Create) -> Create:
    @functools.wraps(native)
    def create(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        arn, attributes = native(logical_id, properties, stack_name)
        _store_key(arn, properties)
        return arn, attributes

    return create


def _update_with_key(native: Update) -> Update:
    @functools.wraps(native)
    def update(topic: str, old: Properties, new: Properties, *rest: Any) -> Provisioned:
        arn, attributes = native(topic, old, new, *rest)
        _store_key(arn, new)
        return arn, attributes

    return update


def _store_key(topic: str, properties: Properties) -> None:
    """Store the property KmsMasterKeyId, which ministack drops."""
    ministack.topics[topic]["attributes"]["KmsMasterKeyId"] = properties.get("KmsMasterKeyId", "")


def _key(arn: str) -> Key | None:
    """Return the customer managed key of a topic, if it has one."""
    topic = ministack.topics.get(arn)
    return ministack.find_key(topic["attributes"].get("KmsMasterKeyId")) if topic else None


async def _request(request: Request, respond: Respond) -> Response:
    key = _key(request.parameter("TopicArn")) if "Publish" in request.operation() else None
    if key is not None:
        conditions = {"kms:ViaService": f"sns.{identity.region()}.amazonaws.com"}
        for action in _ACTIONS:
            if message := iam.denial(request.caller(), action, key["Arn"], conditions):
                return request.error("sns", "KMSAccessDenied", message)
    return await respond()


def _to_usable_keys(original: DispatchAlarmActions) -> DispatchAlarmActions:
    """Omit the topics whose key's policy doesn't let CloudWatch use the key."""

    @functools.wraps(original)
    def dispatch(alarm: dict[str, Any], *rest: Any) -> None:
        usable = {name: [arn for arn in alarm.get(name) or [] if _is_usable(arn)] for name in _ALARM_ACTIONS}
        original({**alarm, **usable}, *rest)

    return dispatch


def _is_usable(topic: str) -> bool:
    key = _key(topic)
    if key is None or all(
        identity.allows(key["Policy"], action, key["Arn"], "cloudwatch.amazonaws.com") for action in _ACTIONS
    ):
        return True
    _LOG.warning("Alarms do not reach %s: the policy of its key does not let CloudWatch use it", topic)
    return False
