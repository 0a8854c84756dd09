"""SageMaker LDA's hyperparameters: https://docs.aws.amazon.com/sagemaker/latest/dg/lda_hyperparameters.html."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from container.contract.errors import ClientError

# The built-in container accepts these too; SageMaker's tuner sets the first one. They change nothing here.
HIDDEN = frozenset({"_tuning_objective_metric", "_num_gpus", "_kvstore", "epochs", "allow_svd_init"})
REQUIRED = ("num_topics", "feature_dim", "mini_batch_size")
# 0.8 GB in float32: under the kernel's limit for a model's file.
MOST_PROBABILITIES = 200_000_000
# 18 digits: more is no number of anything here, and int() would take its time over a million of them.
_WHOLE = re.compile(r"\+?[0-9]{1,18}")


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """What a training job is told, with the defaults of the built-in algorithm."""

    num_topics: int
    feature_dim: int
    mini_batch_size: int
    alpha0: float = 1.0
    max_restarts: int = 10
    max_iterations: int = 1000
    tol: float = 1e-8


def parse_hyperparameters(given: dict[str, Any]) -> Hyperparameters:
    """Check the hyperparameters, which SageMaker passes as strings; numbers are taken too.

    Raises
    ------
    ClientError
        A key is unknown or missing, or a value is not of its kind: the sentence names the key and the value.
    """
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key in HIDDEN:
            continue
        if key not in _KINDS:
            raise ClientError(
                f"Unknown hyperparameter {key!r} with the value {value!r}; known are {', '.join(_KINDS)}."
            )
        values[key] = _KINDS[key](key, value)
    missing = [key for key in REQUIRED if key not in values]
    if missing:
        raise ClientError(f"The hyperparameter {missing[0]!r} is required and was not given.")
    return _checked(Hyperparameters(**values))


def _checked(parameters: Hyperparameters) -> Hyperparameters:
    """Refuse, before a byte is read, a model that could not be saved: most likely a mistyped number."""
    if parameters.num_topics * parameters.feature_dim > MOST_PROBABILITIES:
        raise ClientError(
            f"'num_topics' {parameters.num_topics} and 'feature_dim' {parameters.feature_dim} "
            f"make a model of more than {MOST_PROBABILITIES} numbers."
        )
    return parameters


def _positive_whole(key: str, value: Any) -> int:
    text = _text(value)
    number = int(text) if _WHOLE.fullmatch(text) else 0
    if number < 1:
        raise ClientError(f"The hyperparameter {key!r} must be a whole number of at least 1, not {value!r}.")
    return number


def _positive(key: str, value: Any) -> float:
    text = _text(value)
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise ClientError(f"The hyperparameter {key!r} must be a positive number, not {value!r}.")
    return number


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


_KINDS: dict[str, Callable[[str, Any], float]] = {
    "num_topics": _positive_whole,
    "feature_dim": _positive_whole,
    "mini_batch_size": _positive_whole,
    "alpha0": _positive,
    "max_restarts": _positive_whole,
    "max_iterations": _positive_whole,
    "tol": _positive,
}
