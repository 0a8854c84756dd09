"""Check a state machine's definition as Step Functions does when a machine is created.

The Amazon States Language: https://states-language.net/spec.html
"""

import json
from collections.abc import Iterator
from typing import Any

_TYPES = {"Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"}
_ENDS = {"Succeed", "Fail"}
_NEEDS = {"Task": "Resource", "Choice": "Choices", "Parallel": "Branches"}

Definition = dict[str, Any]


def problems(text: str) -> list[str]:
    """Return what is wrong with a definition, in Step Functions' words; nothing if it may be created."""
    try:
        definition = json.loads(text)
    except ValueError as error:
        return [f"INVALID_JSON_DESCRIPTION: {error}"]
    return list(_machine(definition, ""))


def refusal(text: str) -> str | None:
    """Return the message of InvalidDefinition, or None."""
    found = problems(text)
    return f"Invalid State Machine Definition: '{', '.join(found)}'" if found else None


def _machine(definition: Any, place: str) -> Iterator[str]:
    states = definition.get("States") if isinstance(definition, dict) else None
    if not isinstance(states, dict) or not states:
        yield f"SCHEMA_VALIDATION_FAILED: The field 'States' is required, and not empty, at {place or '/'}"
        return
    if broken := [name for name, state in states.items() if not isinstance(state, dict)]:
        yield f"SCHEMA_VALIDATION_FAILED: A state must be an object at {place}/States/{broken[0]}"
        return
    if definition.get("StartAt") not in states:
        start = definition.get("StartAt")
        yield f"MISSING_TRANSITION_TARGET: Missing 'StartAt' target: {start} at {place}/StartAt"
    for name, state in states.items():
        yield from _state(state, f"{place}/States/{name}", states)
    for name in states.keys() - _reached(definition):
        yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {place}/States/{name}'


def _state(state: Definition, place: str, states: Definition) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in _TYPES:
        yield f"SCHEMA_VALIDATION_FAILED: The field 'Type' must be one of {sorted(_TYPES)} at {place}/Type"
        return
    if kind in _NEEDS and _NEEDS[kind] not in state:
        yield f"SCHEMA_VALIDATION_FAILED: The field '{_NEEDS[kind]}' is required at {place}"
    if kind not in _ENDS | {"Choice"} and not (state.get("Next") or state.get("End")):
        yield f"MISSING_END: Neither 'Next' nor 'End' is given at {place}"
    for target, where in _transitions(state):
        if target not in states:
            yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {place}{where}"
    for number, inner in enumerate(state.get("Branches", [])):
        yield from _machine(inner, f"{place}/Branches[{number}]")
    for member in ("ItemProcessor", "Iterator"):
        if member in state:
            yield from _machine(state[member], f"{place}/{member}")


def _transitions(state: Definition) -> Iterator[tuple[str, str]]:
    """Yield where a state may go, and the place that says so."""
    if "Next" in state:
        yield state["Next"], "/Next"
    if "Default" in state:
        yield state["Default"], "/Default"
    for member in ("Choices", "Catch"):
        for number, rule in enumerate(state.get(member, [])):
            if "Next" in rule:
                yield rule["Next"], f"/{member}[{number}]/Next"


def _reached(definition: Definition) -> set[str]:
    states = definition["States"]
    reached: set[str] = set()
    waiting = [str(definition.get("StartAt"))]
    while waiting:
        name = waiting.pop()
        if name in states and name not in reached:
            reached.add(name)
            waiting += [target for target, _ in _transitions(states[name])]
    return reached
