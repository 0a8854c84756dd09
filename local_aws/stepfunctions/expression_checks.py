"""What Step Functions refuses of a JSONata expression when a machine is created.

It evaluates expressions without an input of their own, so that a name at the top level could only be missing:
it refuses such a definition (https://github.com/floci-io/floci/issues/2670 has its words).
"""

from collections.abc import Iterator
from typing import Any

from local_aws.ministack import bindings

# The parts of a parsed expression that see what it sees; in the others (predicates, sorts, functions' bodies)
# something stands before a name.
_SAME = (
    *("lhs", "rhs", "expressions", "arguments", "procedure", "condition", "then", "_else"),
    *("lhs_object", "rhs_object", "expression"),
)


def problems(text: str, place: str) -> Iterator[str]:
    """Yield what is wrong with an expression, given with its ``{%`` and ``%}``."""
    library = bindings.get("jsonata")
    try:
        tree = library.Jsonata.jsonata(text[2:-2].strip()).ast
    except library.JException as error:
        yield f"INVALID_JSONATA_EXPRESSION: {error} at {place}"
        return
    for name in dict.fromkeys(_names(tree)):
        said = f"Reference to '{name}' at the top level is not supported."
        yield f"UNSUPPORTED_JSONATA_EXPRESSION: {said} at {place}"


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
        for part in _SAME:
            yield from _names(getattr(node, part, None))
