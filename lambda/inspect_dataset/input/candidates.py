"""The models that an execution trains: one for each combination of num_topics and alpha0."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from inspect_dataset.input.fields import AUTO

MAX_CANDIDATES: Final = 40  # The data of a state is at most 256 KB.
_VARIED: Final = ("num_topics", "alpha0")
# What "auto" tries, as far as there are this many training documents for each topic.
_LADDER: Final = (2, 5, 10, 15, 20, 30, 40, 50, 75, 100)
_DOCUMENTS_PER_TOPIC: Final = 10


@dataclass(frozen=True)
class Combination:
    """The hyperparameters that are varied from candidate to candidate."""

    num_topics: int
    alpha0: float


def ladder(documents: int, words: int) -> list[int]:
    """Return the numbers of topics that are tried if nobody says which."""
    limit = min(documents // _DOCUMENTS_PER_TOPIC, words)
    return [number for number in _LADDER if number <= limit] or [1]


def combinations(fields: Mapping[str, Any]) -> list[Combination]:
    """Return every combination; none where one of the two fields isn't valid, or is still to be chosen."""
    if not fields.keys() >= set(_VARIED) or fields["num_topics"] == AUTO:
        return []
    pairs = itertools.product(*(values(fields[name]) for name in _VARIED))
    return [
        Combination(int(num_topics), _as_int(alpha0))
        for num_topics, alpha0 in itertools.islice(pairs, MAX_CANDIDATES)
    ]


def problems(fields: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each problem of the values that are varied."""
    found = [_repeated(name, fields[name]) for name in _VARIED if name in fields]
    count = len(values(fields.get("num_topics", 1))) * len(values(fields.get("alpha0", 1)))
    if count > MAX_CANDIDATES:
        found.append(
            f"The execution's input asks for {count} combinations of num_topics and alpha0; one execution "
            f"trains at most {MAX_CANDIDATES}. Shorten the lists, or start several executions."
        )
    return [problem for problem in found if problem]


def hyperparameters(
    combination: Combination, fields: Mapping[str, Any], *, feature_dim: int, documents: int
) -> dict[str, str]:
    """Return the hyperparameters of a training job, as text, with those that follow from the dataset."""
    return {
        "num_topics": str(combination.num_topics),
        "alpha0": _text(combination.alpha0),
        **{name: _text(fields[name]) for name in ("max_restarts", "max_iterations", "tol")},
        "feature_dim": str(feature_dim),
        "mini_batch_size": str(documents),
    }


def job_names(base: str, count: int) -> list[str]:
    """Return the candidates' names without the attempt; a single one needs no number."""
    return [base] if count == 1 else [f"{base}-{number}" for number in range(1, count + 1)]


def values(field: Any) -> list[Any]:
    """Return the values of a field that holds one or a list of them."""
    return field if isinstance(field, list) else [field]


def _repeated(name: str, field: Any) -> str:
    all_values = values(field)
    repeated = sorted({_as_int(value) for value in all_values if all_values.count(value) > 1})
    if not repeated:
        return ""
    shown = ", ".join(map(repr, repeated[:3]))
    return (
        f"The field {name} of the execution's input contains {shown} more than once. "
        "Give each value once: the same model twice would be paid for twice."
    )


def _as_int(value: float) -> float:
    # JSON has one type of numbers, and 10.0 may mean 10.
    return int(value) if value == int(value) else value


def _text(value: float) -> str:
    # A parser of whole numbers refuses "10.0".
    return repr(_as_int(value))
