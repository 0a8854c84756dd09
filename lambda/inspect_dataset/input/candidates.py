"""The models that an execution trains: one for each combination of num_topics and alpha0."""

import hashlib
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

AT_MOST: Final = 40  # A state's data is at most 256 KB, and nobody compares more models by their numbers.


@dataclass(frozen=True)
class Combination:
    """What is varied from candidate to candidate."""

    num_topics: int
    alpha0: float


def job_name_base(prefix: str, execution_name: str, execution_arn: str) -> str:
    """Return what the names of an execution's jobs begin with: at most 51 of SageMaker's 63 characters.

    Lower case, since SageMaker lower-cases names in its ARNs and IAM compares them with case. Executions
    whose names look alike after cleaning differ in the digest.
    """
    cleaned = re.sub(r"[^a-z0-9]+", "-", execution_name.lower()).strip("-")[:24].strip("-")
    digest = hashlib.sha256(execution_arn.encode()).hexdigest()[:8]
    return "-".join(part for part in (prefix, cleaned, digest) if part)


def combinations(fields: Mapping[str, Any]) -> list[Combination]:
    """Return every combination; none where one of the two fields couldn't be understood."""
    if "num_topics" not in fields or "alpha0" not in fields:
        return []
    varied = itertools.product(values(fields["num_topics"]), values(fields["alpha0"]))
    return [
        Combination(int(num_topics), number(alpha0))
        for num_topics, alpha0 in itertools.islice(varied, AT_MOST)
    ]


def problems(fields: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the values that are varied."""
    found = [_repeated(name, fields[name]) for name in ("num_topics", "alpha0") if name in fields]
    count = len(values(fields.get("num_topics", 1))) * len(values(fields.get("alpha0", 1)))
    if count > AT_MOST:
        found.append(
            f"The execution's input asks for {count} combinations of num_topics and alpha0; one execution "
            f"trains at most {AT_MOST}. Shorten the lists, or start several executions."
        )
    return [problem for problem in found if problem]


def hyperparameters(
    combination: Combination, fields: Mapping[str, Any], *, feature_dim: int, documents: int
) -> dict[str, str]:
    """Return what SageMaker LDA is told, as strings, with what follows from the dataset."""
    return {
        "num_topics": str(combination.num_topics),
        "alpha0": _text(combination.alpha0),
        **{name: _text(fields[name]) for name in ("max_restarts", "max_iterations", "tol")},
        "feature_dim": str(feature_dim),
        "mini_batch_size": str(documents),
    }


def job_names(base: str, count: int) -> list[str]:
    """Return the candidates' names but for the attempt; a single one needs no number."""
    return [base] if count == 1 else [f"{base}-{number}" for number in range(1, count + 1)]


def values(field: Any) -> list[Any]:
    """Return the values of a field that holds one or a list of them."""
    return field if isinstance(field, list) else [field]


def number(value: float) -> float:
    """Return a whole number as an int: JSON knows one kind of number, and 10.0 may stand for 10."""
    return int(value) if value == int(value) else value


def _repeated(name: str, field: Any) -> str:
    seen = values(field)
    twice = sorted({number(value) for value in seen if seen.count(value) > 1})
    if not twice:
        return ""
    return (
        f"The field {name} of the execution's input holds {', '.join(map(repr, twice[:3]))} more than once. "
        "Give each value once: the same model twice would be paid for twice."
    )


def _text(value: float) -> str:
    # 10.0 isn't a whole number to who reads it as text.
    return repr(number(value))
