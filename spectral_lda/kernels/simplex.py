"""The thresholds of the projection onto the simplex (Michelot 1986)."""

import numpy as np

from spectral_lda.kernels.compiling import Doubles, inline_fastmath, jit_fastmath


@jit_fastmath
def thresholds(rows: Doubles) -> Doubles:
    """Return, for each row (n, V), what to subtract so that the positive numbers sum to 1, (n,)."""
    result = np.empty(len(rows))
    for row in range(len(rows)):
        threshold, count = -np.inf, 0.0
        # The threshold only grows, so a number below it never counts again.
        while True:
            total, above = _above(rows[row], threshold)
            if above == count:
                break
            threshold, count = (total - 1.0) / above, above
        result[row] = threshold
    return result


@inline_fastmath
def _above(values: Doubles, threshold: float) -> tuple[float, float]:
    """Return the sum and the number of the values above a threshold."""
    total = above = 0.0
    for at in range(values.size):
        is_above = 1.0 if values[at] > threshold else 0.0
        total += is_above * values[at]
        above += is_above
    return total, above
