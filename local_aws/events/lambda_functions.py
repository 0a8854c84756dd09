"""Lambda functions: errors named by the exception's class, and logs only with the role's permission."""

import functools
import re
from typing import Any

from local_aws import identity
from local_aws.identity import iam
from local_aws.ministack.bindings import Ministack
from local_aws.ministack.signatures import ExecuteFunction, WriteFunctionLog

_LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
_CLASS = re.compile(r"(?:[\w<>]+\.)*(\w+)(?::.*)?")


def install() -> None:
    """Wrap how ministack executes functions and writes their logs."""
    Ministack.execute_function.wrap(_with_error_type)
    Ministack.write_function_log.wrap(_if_allowed)


def _if_allowed(original: WriteFunctionLog) -> WriteFunctionLog:
    """Write a function's log only if its role may, as in AWS: else the function runs without a log."""

    @functools.wraps(original)
    def write(function: dict[str, Any], /, *arguments: Any, **options: Any) -> None:
        config = function.get("config") or function
        group = config.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        principal = identity.session_arn(config["Role"], config["FunctionName"])
        streams = f"arn:aws:logs:{identity.region()}:{identity.account()}:log-group:{group}:log-stream:any"
        if not any(iam.denial(principal, action, streams) for action in _LOG_ACTIONS):
            original(function, *arguments, **options)

    return write


def _with_error_type(original: ExecuteFunction) -> ExecuteFunction:
    """Return Lambda's error document for an exception: its class, the request id and the stack trace."""

    @functools.wraps(original)
    def execute(function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result = original(function, event, request_id)
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
    lines = trace.rstrip().removesuffix(message.rstrip()).splitlines()
    match = _CLASS.fullmatch(lines[-1].strip()) if lines else None
    return match.group(1) if match else "Exception"
