"""The checks of the endpoint's model and of its answer."""

import json
import math
from typing import Any, Final

from common.errors import SmokeTestError

_SUM_TOLERANCE: Final = 1e-4
ROLLED_BACK: Final = "SageMaker may have rolled it back: an alarm was raised, or the new instances failed."
_MAX_SHOWN: Final = 300


def check_model(endpoint: str, served: list[str], promoted: str) -> None:
    """Check that an endpoint runs the promoted model and no other.

    Raises
    ------
    SmokeTestError
        When it doesn't; the text names the models.
    """
    if served != [promoted]:
        raise SmokeTestError(
            f"The endpoint {endpoint} runs {', '.join(served)} instead of {promoted}. {ROLLED_BACK}"
        )


def check_answer(endpoint: str, content: bytes, num_topics: int) -> list[float]:
    """Return the topic mixture (K,) in the answer to one document.

    Raises
    ------
    SmokeTestError
        When the answer isn't one row of `num_topics` finite, non-negative numbers that sum to 1 within 1e-4.
    """
    mixture = _mixture(endpoint, content)
    problem = _problem(mixture, num_topics)
    if problem:
        raise SmokeTestError(
            f"The endpoint {endpoint} returned a topic mixture that {problem}: {_shown(content)}"
        )
    return mixture


def _mixture(endpoint: str, content: bytes) -> list[Any]:
    try:
        (prediction,) = json.loads(content)["predictions"]
        return list(prediction["topic_mixture"])
    except (ValueError, TypeError, KeyError) as error:
        raise SmokeTestError(
            f"The endpoint {endpoint} didn't return one topic_mixture for one document: {_shown(content)}"
        ) from error


def _problem(mixture: list[Any], num_topics: int) -> str | None:
    if len(mixture) != num_topics:
        return f"has {len(mixture)} numbers instead of {num_topics}"
    if not all(isinstance(share, int | float) and math.isfinite(share) and share >= 0 for share in mixture):
        return "has values that aren't finite numbers of at least 0"
    if abs(math.fsum(mixture) - 1) > _SUM_TOLERANCE:
        return f"sums to {math.fsum(mixture)} instead of 1"
    return None


def _shown(content: bytes) -> str:
    text = content.decode(errors="replace")
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
