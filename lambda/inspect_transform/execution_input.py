"""Parses the execution's input of the bulk scoring state machine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.input_fields import DATASET, STARTED_BY, TRAINING_JOB, Field, check_fields, matches

_FOLDER: Final = re.compile(r"datasets/(?:[^/]+/)+")
_MAX_FOLDER: Final = 900  # S3 allows 1024 bytes; the results' keys are longer than the documents'.
FIELDS: Final = {
    "dataset": DATASET,
    "split": Field(lambda value: value in ("test", "train"), '"test" or "train"'),
    "prefix": Field(
        matches(_FOLDER, _MAX_FOLDER),
        f"a folder of the data bucket, such as datasets/mine/, of at most {_MAX_FOLDER} characters: it "
        "begins with datasets/, which is all that SageMaker may read, and ends with a slash",
    ),
    "training_job": TRAINING_JOB,
    "started_by": STARTED_BY,
}


@dataclass(frozen=True)
class Request:
    """The request of an execution.

    Attributes
    ----------
    fields
        The valid fields, by name.
    invalid
        The names of the fields whose values can't be used.
    problems
        A sentence for each problem of the input.
    """

    fields: Mapping[str, Any]
    invalid: frozenset[str]
    problems: list[str]


def parse(execution_input: Any) -> Request:
    """Check an execution's input, field by field and together.

    Raises
    ------
    InvalidInputError
        When the input isn't an object.
    """
    checked = check_fields(execution_input, FIELDS)
    valid = {
        name: value
        for name, value in checked.fields.items()
        if name in FIELDS and name not in checked.invalid
    }
    return Request(valid, checked.invalid, checked.problems + _contradictions(checked.fields))


def _contradictions(fields: Mapping[str, Any]) -> list[str]:
    others = [name for name in ("dataset", "split") if name in fields]
    if "prefix" not in fields or not others:
        return []
    return [
        (
            f"The execution's input names a {' and a '.join(['prefix', *others])}: a prefix selects all "
            "objects under it, and a dataset is scored by its split. Leave one of the two out."
        )
    ]
