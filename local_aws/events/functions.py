"""Lambda functions: exceptions by their names, and logs only where the role may write them."""

import functools
import re
from typing import Any

from local_aws import identity
from local_aws.identity import iam
from local_aws.ministack import bindings

_LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
_CLASS = re.compile(r"(?:[\w<>]+\.)*(\w+)(?::.*)?")


def install() -> None:
    """Put the extension around ministack's warm workers and what writes their logs."""
    bindings.wrap("execute function", _named)
    bindings.wrap("write function log", _if_allowed)


def _if_allowed(original: Any) -> Any:
    """Write what a function said only if its role may, as Lambda does: else it runs unheard."""

    @functools.wraps(original)
    def write(function: dict[str, Any], *arguments: Any, **options: Any) -> None:
        config = function.get("config") or function
        group = config.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        principal = identity.session_arn(config["Role"], config["FunctionName"])
        streams = f"arn:aws:logs:{identity.region()}:{identity.account()}:log-group:{group}:log-stream:any"
        if not any(iam.denial(principal, action, streams) for action in _LOG_ACTIONS):
            original(function, *arguments, **options)

    return write


def _named(original: Any) -> Any:
    @functools.wraps(original)
    def execute(function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = original(function, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
            trace = result.get("log", "").rpartition("Traceback (most recent call last):")[2]
            if trace:
                body["errorType"] = error_type(trace, body["errorMessage"])
                body["requestId"] = request_id
                frames = re.findall(r"  File .*\n(?:    .*\n)*", trace)
                body["stackTrace"] = frames[1:]  # the first is the worker's own
        return result

    return execute


def error_type(trace: str, message: str) -> str:
    r"""Return the exception's class in the last line of a traceback whose message is known.

    >>> error_type("  File ...\nbotocore.errorfactory.NoSuchKey: gone: 1\n", "gone: 1")
    'NoSuchKey'
    """
    told = trace.rstrip().removesuffix(message.rstrip()).splitlines()
    found = _CLASS.fullmatch(told[-1].strip()) if told else None
    return found.group(1) if found else "Exception"
