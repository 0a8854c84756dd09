"""Condition keys of these services that ministack doesn't provide.

docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html and
list_amazoncloudwatch.html
"""

import functools
import json
from typing import Any

from botocore.parsers import BaseCBORParser

from local_aws.ministack.bindings import Ministack

MAP_TYPES = range(0xA0, 0xC0)  # the first byte of a CBOR map (RFC 8949, section 3.1)


def install() -> None:
    """Provide cloudwatch:namespace and Application Auto Scaling's keys to IAM."""
    Ministack.request_conditions.wrap(_with_keys)


def _with_keys(original: Any) -> Any:
    @functools.wraps(original)
    def conditions(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        keys: dict[str, Any] = original(service, action, body, params)
        return {**keys, **_additional_keys(service, action, body, params)}

    return conditions


def _additional_keys(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, str]:
    if service == "application-autoscaling":
        inputs = _members(body)
        keys = {"service-namespace": "ServiceNamespace", "scalable-dimension": "ScalableDimension"}
        return {f"{service}:{key}": inputs[member] for key, member in keys.items() if member in inputs}
    if action == "cloudwatch:PutMetricData":
        namespaces = params.get("Namespace") or [_members(body).get("Namespace", "")]
        return {"cloudwatch:namespace": namespaces[0]}
    return {}


def _members(body: bytes) -> dict[str, Any]:
    """Return a request's members, {} if it can't be parsed: then its service refuses it."""
    try:
        if body[:1] and body[0] in MAP_TYPES:
            parser: Any = BaseCBORParser()
            members = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))
        else:
            members = json.loads(body)
    except Exception:  # noqa: BLE001 -- the parsers raise many kinds; refusing is the service's work
        return {}
    return members if isinstance(members, dict) else {}
