"""Matching of learned topics with known ones."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist


def match_topics(known: ArrayLike, learned: ArrayLike) -> NDArray[np.intp]:
    """Assign a learned topic to each known one so that the sum of their L1 distances is minimal.

    LDA finds topics in no particular order. The matching published with AWS's notebooks is greedy and not
    always optimal; this is the optimal assignment.

    Parameters
    ----------
    known : array (K, V)
        The known topics: probabilities over V words.
    learned : array (L, V)
        The learned topics, at least as many.

    Returns
    -------
    permutation : int array (K,)
        `learned[permutation]` lines up with `known`, and `mixtures[:, permutation]` with the known mixtures,
        where `mixtures` is (D, L). It contains a learned topic once or, for L - K of them, not at all.

    Raises
    ------
    ValueError
        If there are fewer learned topics than known ones, the vocabularies differ, or a number isn't finite.

    References
    ----------
    Crouse: On implementing 2D rectangular assignment algorithms. IEEE Transactions on Aerospace and
    Electronic Systems 52 (2016) 1679-1696, which scipy.optimize.linear_sum_assignment implements.
    """
    first, second = _topics("known", known), _topics("learned", learned)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"The known topics are over {first.shape[1]} words, the learned ones over {second.shape[1]}."
        )
    if len(second) < len(first):
        raise ValueError(f"{len(second)} learned topics can't be matched with {len(first)} known ones.")
    return linear_sum_assignment(cdist(first, second, "cityblock"))[1]


def _topics(name: str, topics: ArrayLike) -> NDArray[Any]:
    array = np.asarray(topics, np.float64)
    if array.ndim != 2 or not np.isfinite(array).all():  # noqa: PLR2004 -- topics and words
        raise ValueError(f"The {name} topics must be a matrix, topics by words, of finite numbers.")
    return array
