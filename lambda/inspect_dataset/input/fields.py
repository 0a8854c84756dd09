"""The fields of an execution's input: what each may hold, and the words that say so."""

import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

_DATASET: Final = re.compile(r"[a-z0-9-]{1,63}")
_MANIFEST: Final = re.compile(r"datasets/([a-z0-9-]{1,63})/manifest\.json")
_TRAINING_JOB: Final = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_LARGEST_COUNT: Final = 2**31 - 1
# The open engine refuses other values once the job runs, and no sensible prior lies beyond.
_SMALLEST_ALPHA0, _LARGEST_ALPHA0 = 1e-9, 1e9
_STARTED_BY_AT_MOST: Final = 128
_TAG_PUNCTUATION: Final = "_.:/=+-@"


@dataclass(frozen=True)
class Field:
    """One field: a test of its value, and the words that follow "it must be"."""

    holds: Callable[[Any], bool]
    words: str


def dataset_of(manifest: str) -> str:
    """Return the dataset whose manifest has this key."""
    found = _MANIFEST.fullmatch(manifest)
    return found.group(1) if found else ""


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    # Compared and not converted: a whole number may be larger than any float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_count(value: Any) -> bool:
    return _is_number(value) and 1 <= value <= _LARGEST_COUNT and value == int(value)


def _is_positive(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_alpha0(value: Any) -> bool:
    return _is_number(value) and _SMALLEST_ALPHA0 <= value <= _LARGEST_ALPHA0


def _one_or_several(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        return holds(value) or (isinstance(value, list) and bool(value) and all(map(holds, value)))

    return check


def _fits_a_tag(value: Any) -> bool:
    """Whether the text can be a tag's value (API reference of SageMaker, "Tag"), which it becomes."""
    return (
        isinstance(value, str)
        and len(value) <= _STARTED_BY_AT_MOST
        and all(letter in _TAG_PUNCTUATION or unicodedata.category(letter)[0] in "LNZ" for letter in value)
    )


_COUNT: Final = Field(_is_count, f"a whole number from 1 to {_LARGEST_COUNT}")
_SWITCH: Final = Field(lambda value: isinstance(value, bool), "true or false")
FIELDS: Final = {
    "dataset": Field(_matches(_DATASET), "the name of a dataset: 1 to 63 of a-z, 0-9 and -"),
    "manifest": Field(_matches(_MANIFEST), "the key of a manifest, as in datasets/<name>/manifest.json"),
    "num_topics": Field(_one_or_several(_is_count), f"{_COUNT.words}, or a list of such numbers"),
    "alpha0": Field(_one_or_several(_is_alpha0), "a number from 1e-9 to 1e9, or a list of such numbers"),
    "max_restarts": _COUNT,
    "max_iterations": _COUNT,
    "tol": Field(_is_positive, "a number greater than 0"),
    "promote": _SWITCH,
    "minimum_pwll": Field(lambda value: value is None or _is_number(value), "a number, or null for no bound"),
    "require_promotion": _SWITCH,
    "dry_run": _SWITCH,
    "promote_training_job": Field(
        lambda value: value is None or _matches(_TRAINING_JOB)(value), "the name of a training job"
    ),
    "started_by": Field(
        _fits_a_tag,
        f"a text of at most {_STARTED_BY_AT_MOST} letters, digits, spaces and {' '.join(_TAG_PUNCTUATION)}",
    ),
}
