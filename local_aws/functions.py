"""Lambda functions: the name of a Python exception is the error's type, as in AWS."""

import functools
import re
from typing import Any

from local_aws import names

_CLASS = re.compile(r"(?:[\w<>]+\.)*(\w+)(?::.*)?")


def install() -> None:
    """Put the extension around ministack's warm workers."""
    names.wrap("execute function", _named)


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
