"""The fields of the execution's input of the training state machine."""

import re
import sys
from collections.abc import Callable
from typing import Any, Final

from common.input_fields import DATASET, STARTED_BY, TRAINING_JOB, Field

AUTO: Final = "auto"
_MANIFEST: Final = re.compile(r"datasets/([a-z0-9-]{1,63})/manifest\.json")
_LARGEST_COUNT: Final = 2**31 - 1
# The open engine refuses other values once the job runs, and no sensible prior is outside.
_SMALLEST_ALPHA0, _LARGEST_ALPHA0 = 1e-9, 1e9


def dataset_of(manifest: str) -> str:
    """Return the dataset whose manifest has this key; "" for other keys."""
    match = _MANIFEST.fullmatch(manifest)
    return match.group(1) if match else ""


def _is_manifest(value: Any) -> bool:
    return isinstance(value, str) and dataset_of(value) != ""


def _is_number(value: Any) -> bool:
    # Compared and not converted: a whole number may be larger than any float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_count(value: Any) -> bool:
    return _is_number(value) and 1 <= value <= _LARGEST_COUNT and value == int(value)


def _is_positive(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_alpha0(value: Any) -> bool:
    return _is_number(value) and _SMALLEST_ALPHA0 <= value <= _LARGEST_ALPHA0


def _one_or_several(is_valid: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        return is_valid(value) or (isinstance(value, list) and bool(value) and all(map(is_valid, value)))

    return check


def _or_null(is_valid: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or is_valid(value)


_COUNT: Final = Field(_is_count, f"a whole number from 1 to {_LARGEST_COUNT}")
_SWITCH: Final = Field(lambda value: isinstance(value, bool), "true or false")
FIELDS: Final = {
    "dataset": DATASET,
    "manifest": Field(_is_manifest, "the key of a manifest, as in datasets/<name>/manifest.json"),
    "num_topics": Field(
        lambda value: value == AUTO or _one_or_several(_is_count)(value),
        f'{_COUNT.description}, a list of such numbers, or "{AUTO}"',
    ),
    "alpha0": Field(_one_or_several(_is_alpha0), "a number from 1e-9 to 1e9, or a list of such numbers"),
    "max_restarts": _COUNT,
    "max_iterations": _COUNT,
    "tol": Field(_is_positive, "a number greater than 0"),
    "promote": _SWITCH,
    "minimum_pwll": Field(_or_null(_is_number), "a number, or null for no bound"),
    "accept_new_vocabulary": _SWITCH,
    "require_promotion": _SWITCH,
    "dry_run": _SWITCH,
    "promote_training_job": Field(_or_null(TRAINING_JOB.is_valid), TRAINING_JOB.description),
    "started_by": STARTED_BY,
}
