"""Checks of a JSONata expression when a state machine is created.

Step Functions evaluates expressions without an input document, so a name at the top level has no value: it
refuses such a definition (https://github.com/floci-io/floci/issues/2670 has its message).
"""

from collections.abc import Iterator
from typing import Any

from local_aws.ministack.bindings import ministack

# The parts of a parsed expression that are evaluated in its own context; in the others (predicates, sorts,
# functions' bodies) a name is looked up in another context.
_SAME_CONTEXT = (
    *("lhs", "rhs", "expressions", "arguments", "procedure", "condition", "then", "_else"),
    *("lhs_object", "rhs_object", "expression"),
)


def problems(text: str, location: str) -> Iterator[str]:
    """Yield the errors of an expression, given with its ``{%`` and ``%}``."""
    library = ministack.jsonata
    try:
        tree = library.Jsonata.jsonata(text[2:-2].strip()).ast
    except library.JException as error:
        yield f"INVALID_JSONATA_EXPRESSION: {error} at {location}"
        return
    for name in dict.fromkeys(_names(tree)):
        message = f"Reference to '{name}' at the top level is not supported."
        yield f"UNSUPPORTED_JSONATA_EXPRESSION: {message} at {location}"


def _names(node: Any) -> Iterator[str]:
    """Yield the names that an expression looks up at its top level."""
    if isinstance(node, (list, tuple)):
        for part in node:
            yield from _names(part)
    elif getattr(node, "type", None) == "name":
        yield str(node.value)
    elif node is not None:
        first = (getattr(node, "steps", None) or [None])[0]
        yield from _names(first)
        for part in _SAME_CONTEXT:
            yield from _names(getattr(node, part, None))
