"""The settings of a fit, checked when they are made."""

import math
from dataclasses import dataclass

import numpy as np

# The accepted range of alpha0: documents don't determine a smaller or larger prior, and outside of it the
# moments lose precision.
MIN_ALPHA0, MAX_ALPHA0 = 1e-9, 1e9
# AWS: "25% more topics are computed and the ones with the largest priors are returned" (10 becomes 13).
EXTRA_TOPICS = 1.25


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The parameters of `spectral_lda.fit` except for the counts; their meaning is documented there.

    Raises
    ------
    ValueError
        A value is out of range; the message names the setting.
    """

    num_topics: int
    alpha0: float = 1.0
    max_restarts: int = 10
    max_iterations: int = 1000
    tol: float = 1e-8
    refine: bool = True
    extra_topics: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("num_topics", 1), ("max_restarts", 1), ("max_iterations", 1), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
                raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}.")
        for name in ("alpha0", "tol"):
            value = getattr(self, name)
            if not (isinstance(value, int | float | np.number) and math.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be a positive number, not {value!r}.")
        if not MIN_ALPHA0 <= self.alpha0 <= MAX_ALPHA0:
            raise ValueError(f"alpha0 must be from {MIN_ALPHA0:g} to {MAX_ALPHA0:g}, not {self.alpha0!r}.")

    @property
    def computed_topics(self) -> int:
        """The number of topics to compute, of which the num_topics with the largest priors are returned."""
        return math.ceil(EXTRA_TOPICS * self.num_topics) if self.extra_topics else self.num_topics
