"""Checks of a state's fields, which depend on its type and its query language.

The messages are those of ValidateStateMachineDefinition (https://github.com/floci-io/floci/issues/2968),
except for expressions that are not closed: AWS documents that it refuses them, and not its message.
The table: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
"""

from collections.abc import Iterator
from typing import Any

from local_aws.stepfunctions import expression_checks

Fields = dict[str, Any]

_COMMON = {"Type", "Comment", "QueryLanguage"}
_DATA = {"InputPath", "OutputPath", "Output"}
_STEP = _COMMON | _DATA | {"Next", "End", "Assign"}
_WORK = _STEP | {"Parameters", "ResultSelector", "ResultPath", "Retry", "Catch"}
_MAP = {
    "ItemProcessor",
    "Iterator",
    "ItemSelector",
    "ItemsPath",
    "Items",
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "MaxConcurrency",
    "MaxConcurrencyPath",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
}
_TIMES = {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"}
STATES: dict[str, set[str]] = {
    "Task": _WORK | _TIMES | {"Resource", "Arguments", "Credentials"},
    "Parallel": _WORK | {"Branches", "Arguments"},
    "Map": _WORK | _MAP,
    "Pass": _STEP | {"Parameters", "ResultPath", "Result"},
    "Wait": _STEP | {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Choice": _COMMON | _DATA | {"Choices", "Default", "Assign"},
    "Succeed": _COMMON | _DATA,
    "Fail": _COMMON | {"Error", "ErrorPath", "Cause", "CausePath"},
}
_CATCHER = {"ErrorEquals", "Next", "Comment", "Assign", "ResultPath", "Output"}
_RETRIER = {
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Comment",
}
_JSONATA_ONLY = {"Arguments", "Output", "Items", "Condition"}
_JSONPATH_ONLY = {"Parameters", "ResultSelector", "Result", "Variable"}  # and every field that is a path
_INNER = {"Branches", "ItemProcessor", "Iterator"}


def problems(state: Fields, language: str, location: str) -> Iterator[str]:
    """Yield the errors of a state's fields, and of those of its retriers, catchers and choice rules.

    Parameters
    ----------
    state
        A state of a known type.
    language
        The machine's query language.
    location
        The state's location in the definition: "/States/Train".
    """
    own = state.get("QueryLanguage", language)
    if (own, language) == ("JSONPath", "JSONata"):
        yield _problem(
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", location
        )
        return
    yield from _fields(state, STATES[state["Type"]], own, location)
    for member, allowed in (("Catch", _CATCHER), ("Retry", _RETRIER), ("Choices", None)):
        for number, rule in enumerate(state.get(member, [])):
            yield from _fields(rule, allowed or rule.keys(), own, f"{location}/{member}[{number}]")
    if own == "JSONata":
        yield from _expressions(
            {name: value for name, value in state.items() if name not in _INNER}, location
        )


def _fields(fields: Fields, allowed: Any, language: str, location: str) -> Iterator[str]:
    for name in fields:
        other = _only_language(name)
        if name not in allowed:
            yield _problem(f"Field '{name}' is not supported", location)
        elif other and other != language:
            yield _problem(
                f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the "
                f"'{other}' QueryLanguage",
                location,
            )


def _only_language(field: str) -> str:
    if field in _JSONATA_ONLY:
        return "JSONata"
    return "JSONPath" if field in _JSONPATH_ONLY or field.endswith("Path") else ""


def _expressions(value: Any, location: str) -> Iterator[str]:
    """Yield the errors of expressions, and of strings with only one of ``{%`` and ``%}``."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name != "Comment":
                yield from _expressions(part, f"{location}/{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _expressions(part, f"{location}[{number}]")
    elif isinstance(value, str):
        text = value.strip()
        whole = value.startswith("{%") and value.endswith("%}")
        if whole:
            yield from expression_checks.problems(value, location)
        elif text.startswith("{%") or text.endswith("%}"):
            yield _problem("A JSONata expression must start with '{%' and end with '%}'", location)


def _problem(message: str, location: str) -> str:
    return f"SCHEMA_VALIDATION_FAILED: {message} at {location}"
