"""Topics with a key: whoever publishes needs the right to use it, as SNS asks on his behalf.

https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""

import functools
import logging
from typing import Any

from local_aws import identity
from local_aws.identity import iam
from local_aws.ministack import bindings, extensions
from local_aws.ministack.extensions import Answer, Request, Response

TYPE = "AWS::SNS::Topic"
_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
_ALARM_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_LOG = logging.getLogger("local_aws")


def install() -> None:
    """Keep the key of topics that stacks make, and ask for it when somebody publishes."""
    extensions.around("sns", _request)
    bindings.wrap("alarm actions", _with_key)
    handlers = bindings.get("resource handlers")[TYPE]
    handlers["create"] = _keyed(handlers["create"], 1)
    handlers["update"] = _keyed(handlers["update"], 2)


def _keyed(native: Any, place: int) -> Any:
    """Keep the property KmsMasterKeyId, of the properties at that place; ministack drops it."""

    @functools.wraps(native)
    def provision(*given: Any) -> Any:
        arn, attributes = native(*given)
        bindings.get("topics")[arn]["attributes"]["KmsMasterKeyId"] = given[place].get("KmsMasterKeyId", "")
        return arn, attributes

    return provision


def _key(topic: str) -> dict[str, Any] | None:
    """Return the customer key of a topic, if it has one."""
    found = bindings.get("topics").get(topic)
    key: dict[str, Any] | None = found and bindings.get("kms key")(found["attributes"].get("KmsMasterKeyId"))
    return key


async def _request(request: Request, answer: Answer) -> Response:
    key = _key(iam.parameter(request, "TopicArn")) if "Publish" in iam.operation(request) else None
    if key is not None:
        through_sns = {"kms:ViaService": f"sns.{identity.region()}.amazonaws.com"}
        for action in _ACTIONS:
            if sentence := iam.denial(iam.caller(request), action, key["Arn"], through_sns):
                return iam.error(request, "sns", "KMSAccessDenied", sentence)
    return await answer()


def _with_key(original: Any) -> Any:
    """Leave out the topics whose key's policy doesn't let CloudWatch use it."""

    @functools.wraps(original)
    def dispatch(alarm: dict[str, Any], *rest: Any) -> Any:
        reachable = {name: [arn for arn in alarm.get(name) or [] if _reaches(arn)] for name in _ALARM_ACTIONS}
        return original({**alarm, **reachable}, *rest)

    return dispatch


def _reaches(topic: str) -> bool:
    key = _key(topic)
    if key is None or all(
        identity.allows(key["Policy"], action, key["Arn"], "cloudwatch.amazonaws.com") for action in _ACTIONS
    ):
        return True
    _LOG.warning("Alarms do not reach %s: the policy of its key does not let CloudWatch use it", topic)
    return False
