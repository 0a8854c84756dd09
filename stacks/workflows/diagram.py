"""Draws the state machines: ``python -m stacks.workflows.diagram > docs/state-machines.md``."""

import sys
from collections.abc import Iterator
from typing import Any, Final

from stacks.workflows import definitions

State = dict[str, Any]

_FAILURE: Final = "FormatFailure"
_SHAPES: Final = {
    "Task": "[{}]",
    "Pass": "[{}]",
    "Wait": "[/{}/]",
    "Choice": "{{{}}}",
    "Succeed": "([{}])",
    "Fail": "([{}])",
}
_PAGE: Final = """\
# State machines

`python -m stacks.workflows.diagram` draws this page from the definitions in `stacks/workflows/`; a test
compares the two. A diamond is a Choice, a slanted box a Wait, a dotted arrow a caught error. The error of a
Task without a dotted arrow leads to FormatFailure; the error of a notification is ignored.

## Training

The definition is [training/definition.asl.yaml](../stacks/workflows/training/definition.asl.yaml);
[how to train](how-to-train.md) explains it to users.

{training}
## Bulk scoring

The definition is [transform/definition.asl.yaml](../stacks/workflows/transform/definition.asl.yaml);
[score documents in bulk](bulk-scoring.md) explains it to users.

{transform}"""


def page() -> str:
    """Return docs/state-machines.md: for each state machine a Mermaid flowchart and a table of its states."""
    return _PAGE.format(
        training=_section(definitions.load(definitions.TRAINING)),
        transform=_section(definitions.load(definitions.TRANSFORM)),
    )


def _section(definition: State) -> str:
    chart = ["flowchart TD", f"  start((start)) --> {definition['StartAt']}", *_machine(definition, "  ")]
    rows = [f"| `{name}` | {state['Type']} | {state['Comment']} |" for name, state in _states(definition)]
    table = ["| state | type | what it does |", "|---|---|---|", *rows]
    return "\n".join(["```mermaid", *chart, "```", "", *table, ""])


def _machine(definition: State, indent: str) -> Iterator[str]:
    """Yield the lines of a machine; a Map is a box around the machine of its iterations."""
    for name, state in definition["States"].items():
        if state["Type"] == "Map":
            yield f"{indent}subgraph {name}"
            yield from _machine(state["ItemProcessor"], f"{indent}  ")
            yield f"{indent}end"
        else:
            yield indent + name + _SHAPES[state["Type"]].format(name)
    for name, state in definition["States"].items():
        yield from (indent + name + arrow for arrow in _arrows(state))


def _arrows(state: State) -> Iterator[str]:
    for rule in state.get("Choices", []):
        yield f' -- "{rule["Comment"]}" --> {rule["Next"]}'
    if "Default" in state:
        yield f" -- otherwise --> {state['Default']}"
    if "Next" in state:
        yield f" --> {state['Next']}"
    for catcher in state.get("Catch", []):
        if catcher["Next"] not in {_FAILURE, state["Next"]}:
            yield f" -.-> {catcher['Next']}"


def _states(definition: State) -> Iterator[tuple[str, State]]:
    for name, state in definition["States"].items():
        yield name, state
        if state["Type"] == "Map":
            yield from _states(state["ItemProcessor"])


if __name__ == "__main__":
    sys.stdout.write(page())
