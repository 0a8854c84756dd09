"""The distance by which a point lies above the simplex."""

import numpy as np

from spectral_lda.kernels.compiling import Doubles, fast, fast_inside


@fast
def thresholds(rows: Doubles) -> Doubles:
    """Return what must be taken from every number of a row (n, V) for the positive ones to sum to 1, (n,)."""
    found = np.empty(len(rows))
    for row in range(len(rows)):
        threshold, kept = -np.inf, 0.0
        # What lies below a threshold that is too low lies below the right one too.
        while True:
            total, above = _above(rows[row], threshold)
            if above == kept:
                break
            threshold, kept = (total - 1.0) / above, above
        found[row] = threshold
    return found


@fast_inside
def _above(values: Doubles, threshold: float) -> tuple[float, float]:
    """Return the sum and the number of the values above a threshold."""
    total = above = 0.0
    for at in range(values.size):
        counted = 1.0 if values[at] > threshold else 0.0
        total += counted * values[at]
        above += counted
    return total, above
