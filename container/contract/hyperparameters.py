"""SageMaker LDA's hyperparameters: https://docs.aws.amazon.com/sagemaker/latest/dg/lda_hyperparameters.html."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from container.contract.errors import ClientError

# The built-in container accepts these too; SageMaker's tuner sets the first one. They have no effect here.
IGNORED = frozenset({"_tuning_objective_metric", "_num_gpus", "_kvstore", "epochs", "allow_svd_init"})
REQUIRED = ("num_topics", "feature_dim", "mini_batch_size")
# 0.8 GB in float32: within the engine's limit for a model file.
MAX_PROBABILITIES = 200_000_000
# At most 18 digits: no valid value is larger, and int() takes long for a million of them.
_WHOLE_NUMBER = re.compile(r"\+?[0-9]{1,18}")


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The hyperparameters of a training job, with the defaults of the built-in algorithm."""

    num_topics: int
    feature_dim: int
    mini_batch_size: int
    alpha0: float = 1.0
    max_restarts: int = 10
    max_iterations: int = 1000
    tol: float = 1e-8


def parse_hyperparameters(config: dict[str, Any]) -> Hyperparameters:
    """Return the checked hyperparameters; SageMaker passes strings, and numbers are accepted too.

    Raises
    ------
    ClientError
        A key is unknown or missing, or a value is invalid: the message names the key and the value.
    """
    values: dict[str, Any] = {}
    for key, value in config.items():
        if key in IGNORED:
            continue
        if key not in _PARSERS:
            raise ClientError(
                f"Unknown hyperparameter {key!r} with the value {value!r}; known are {', '.join(_PARSERS)}."
            )
        values[key] = _PARSERS[key](key, value)
    missing = [key for key in REQUIRED if key not in values]
    if missing:
        raise ClientError(f"The hyperparameter {missing[0]!r} is required but missing.")
    return _checked(Hyperparameters(**values))


def _checked(parameters: Hyperparameters) -> Hyperparameters:
    """Reject a model too large to be saved, before any data is read: most likely a number is mistyped."""
    if parameters.num_topics * parameters.feature_dim > MAX_PROBABILITIES:
        raise ClientError(
            f"'num_topics' {parameters.num_topics} and 'feature_dim' {parameters.feature_dim} "
            f"make a model of more than {MAX_PROBABILITIES} probabilities."
        )
    return parameters


def _positive_integer(key: str, value: Any) -> int:
    text = _text(value)
    number = int(text) if _WHOLE_NUMBER.fullmatch(text) else 0
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


_PARSERS: dict[str, Callable[[str, Any], float]] = {
    "num_topics": _positive_integer,
    "feature_dim": _positive_integer,
    "mini_batch_size": _positive_integer,
    "alpha0": _positive,
    "max_restarts": _positive_integer,
    "max_iterations": _positive_integer,
    "tol": _positive,
}
