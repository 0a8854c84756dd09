"""Checks a state machine's definition as Step Functions does when a machine is created.

The Amazon States Language: https://states-language.net/spec.html
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from local_aws.stepfunctions import state_field_checks

_END_STATES = {"Succeed", "Fail"}
_REQUIRED_FIELDS = {"Task": "Resource", "Choice": "Choices", "Parallel": "Branches"}

_MACHINE = {"Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"}
_INNER = {"Comment", "ProcessorConfig", "StartAt", "States"}

Definition = dict[str, Any]


def problems(text: str) -> list[str]:
    """Return the errors of a definition, with Step Functions' messages."""
    try:
        definition = json.loads(text)
    except ValueError as error:
        return [f"INVALID_JSON_DESCRIPTION: {error}"]
    if not isinstance(definition, dict):
        return ["SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object"]
    language = definition.get("QueryLanguage", "JSONPath")
    return list(_machine(definition, language, "")) or [*_duplicates(definition), *_scopes(definition)]


def refusal(text: str) -> str | None:
    """Return the message of InvalidDefinition, or None."""
    errors = problems(text)
    return f"Invalid State Machine Definition: '{', '.join(errors)}'" if errors else None


def _machine(definition: Any, language: str, location: str) -> Iterator[str]:
    if not isinstance(definition, dict):
        yield f"SCHEMA_VALIDATION_FAILED: A machine must be an object at {location}"
        return
    missing = [name for name in ("States", "StartAt") if not definition.get(name)]
    if missing:
        yield _required(missing, location or "/")
        return
    for name in definition.keys() - (_INNER if location else _MACHINE):
        yield f"SCHEMA_VALIDATION_FAILED: Field '{name}' is not supported at {location or '/'}"
    states = definition["States"]
    if invalid := [name for name, state in states.items() if not isinstance(state, dict)]:
        yield f"SCHEMA_VALIDATION_FAILED: A state must be an object at {location}/States/{invalid[0]}"
        return
    if definition["StartAt"] not in states:
        start = definition["StartAt"]
        yield f"MISSING_TRANSITION_TARGET: Missing 'StartAt' target: {start} at {location}/StartAt"
    for name, state in states.items():
        yield from _state(state, f"{location}/States/{name}", states, language)
    for name in states.keys() - _reachable(definition):
        yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {location}/States/{name}'


def _state(state: Definition, location: str, states: Definition, language: str) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in state_field_checks.STATES:
        types = sorted(state_field_checks.STATES)
        yield f"SCHEMA_VALIDATION_FAILED: The field 'Type' must be one of {types} at {location}/Type"
        return
    needed = "ItemProcessor" if kind == "Map" and "Iterator" not in state else _REQUIRED_FIELDS.get(kind)
    if needed and not state.get(needed):
        yield _required([needed], location)
    if kind not in _END_STATES | {"Choice"} and not (state.get("Next") or state.get("End")):
        yield f"MISSING_END: Neither 'Next' nor 'End' is given at {location}"
    yield from state_field_checks.problems(state, language, location)
    for target, where in _transitions(state):
        if target not in states:
            yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {location}{where}"
    for inner, where in _inner(state):
        yield from _machine(inner, language, location + where)


def _required(fields: list[str], location: str) -> str:
    return f"SCHEMA_VALIDATION_FAILED: These fields are required: [{', '.join(fields)}] at {location}"


def _inner(state: Definition) -> Iterator[tuple[Definition, str]]:
    """Yield the machines within a state, with their locations."""
    for number, branch in enumerate(state.get("Branches", [])):
        yield branch, f"/Branches[{number}]"
    for member in ("ItemProcessor", "Iterator"):
        if member in state:
            yield state[member], f"/{member}"


def _machines(definition: Definition, location: str = "") -> Iterator[tuple[Definition, str]]:
    """Yield a machine and the machines within it, with their locations."""
    yield definition, location
    for name, state in definition["States"].items():
        for inner, where in _inner(state):
            yield from _machines(inner, f"{location}/States/{name}{where}")


def _duplicates(definition: Definition) -> Iterator[str]:
    counts = Counter(name for machine, _ in _machines(definition) for name in machine["States"])
    for name, count in counts.items():
        if count > 1:
            yield f"DUPLICATE_STATE_NAME: Duplicate State name: {name}"


def _scopes(definition: Definition) -> Iterator[str]:
    """Yield the variables that both a branch or an iteration and the machine around it assign.

    AWS documents the rule, and not its message.
    docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-scope
    """
    for outer, location in _machines(definition):
        for inner, where in list(_machines(outer, location))[1:]:
            for name in sorted(_assigned(outer) & _assigned(inner)):
                yield (
                    f"SCHEMA_VALIDATION_FAILED: The variable '{name}' is assigned in an outer scope too, "
                    f"which a branch or an iteration may read and not assign at {where}"
                )


def _assigned(machine: Definition) -> set[str]:
    states = machine["States"].values()
    rules = [rule for state in states for member in ("Catch", "Choices") for rule in state.get(member, [])]
    return {name.removesuffix(".$") for fields in (*states, *rules) for name in fields.get("Assign", {})}


def _transitions(state: Definition) -> Iterator[tuple[str, str]]:
    """Yield the targets of a state's transitions, with their locations."""
    if "Next" in state:
        yield state["Next"], "/Next"
    if "Default" in state:
        yield state["Default"], "/Default"
    for member in ("Choices", "Catch"):
        for number, rule in enumerate(state.get(member, [])):
            if "Next" in rule:
                yield rule["Next"], f"/{member}[{number}]/Next"


def _reachable(definition: Definition) -> set[str]:
    states = definition["States"]
    reachable: set[str] = set()
    pending = [str(definition.get("StartAt"))]
    while pending:
        name = pending.pop()
        if name in states and name not in reachable:
            reachable.add(name)
            pending += [target for target, _ in _transitions(states[name])]
    return reachable
