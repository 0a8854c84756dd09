"""A corpus split into documents for training and documents for testing."""

from typing import Any

from data_prep.dataset.validation import check_counts


def split(
    counts: Any, *, test_documents: int | None = None, test_fraction: float | None = None
) -> tuple[Any, Any]:
    """Check counts and hold out the last documents for testing. Shuffle first if the order has a meaning.

    Parameters
    ----------
    counts : array or sparse matrix or array (D, V)
        The corpus.
    test_documents : int, optional
        How many documents to test with.
    test_fraction : float, optional
        Which fraction of them instead, between 0 and 1; at least one document.

    Returns
    -------
    train, test : array or csr array
        The first documents and the last.

    Raises
    ------
    ValueError
        If not exactly one of the two is given, a split would be empty, or the corpus isn't counts.
    """
    matrix = check_counts(counts)
    if matrix.shape[0] == 1:
        raise ValueError("The corpus is a single document; one for training and one for testing are needed.")
    held_out = _held_out(matrix.shape[0], test_documents, test_fraction)
    if not 1 <= held_out < matrix.shape[0]:
        raise ValueError(
            f"{held_out} test documents of {matrix.shape[0]} leave a split empty;"
            f" between 1 and {matrix.shape[0] - 1} are possible."
        )
    return matrix[:-held_out], matrix[-held_out:]


def _held_out(documents: int, count: int | None, fraction: float | None) -> int:
    if count is not None and fraction is None:
        return count
    if count is not None or fraction is None:
        raise ValueError("Pass either test_documents or test_fraction.")
    if not 0 < fraction < 1:
        raise ValueError(f"The fraction for testing must be between 0 and 1; it is {fraction}.")
    return max(1, round(documents * fraction))
