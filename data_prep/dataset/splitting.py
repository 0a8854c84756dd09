"""A corpus split into documents for training and documents for testing, by a hash of their ids."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.dataset.validation import check_counts

_BITS = 64


def document_hashes(ids: Iterable[str], seed: int = 0) -> NDArray[np.uint64]:
    """Return a number from 0 to 2^64 - 1 for each document, which depends on its id and the seed alone.

    Parameters
    ----------
    ids : iterable of str
        The documents' ids.
    seed : int
        Another seed gives another split.

    Returns
    -------
    array (D,) of uint64
        The first 8 bytes, the most significant first, of BLAKE2b of "<seed>:<id>".
    """
    prefix = f"{seed}:"
    digests = b"".join(hashlib.blake2b((prefix + i).encode(), digest_size=8).digest() for i in ids)
    return np.frombuffer(digests, ">u8").astype(np.uint64)


def held_out(
    hashes: NDArray[np.uint64], *, test_documents: int | None = None, test_fraction: float | None = None
) -> NDArray[np.bool_]:
    """Return which documents are for testing.

    Parameters
    ----------
    hashes : array (D,)
        The hashes of the documents.
    test_documents : int, optional
        How many documents are for testing: those with the smallest hashes.
    test_fraction : float, optional
        Or about which fraction, between 0 and 1: those whose hash is below this fraction of 2^64, so that a
        document stays in its split when others are added. Neither split is empty.

    Raises
    ------
    ValueError
        If not exactly one of the two is given, or a split would be empty.
    """
    documents = hashes.size
    if documents < 2:  # noqa: PLR2004 -- two splits
        raise ValueError("The corpus is a single document; one for training and one for testing are needed.")
    if test_documents is not None and test_fraction is None:
        if not 1 <= test_documents < documents:
            raise ValueError(
                f"{test_documents} test documents of {documents} leave a split empty;"
                f" between 1 and {documents - 1} are possible."
            )
        return _smallest(hashes, test_documents)
    if test_documents is not None or test_fraction is None:
        raise ValueError("Pass either test_documents or test_fraction.")
    if not 0 < test_fraction < 1:
        raise ValueError(f"The fraction for testing must be between 0 and 1; it is {test_fraction}.")
    mask = hashes < np.uint64(int(test_fraction * 2**_BITS))
    if mask.any() and not mask.all():
        return mask
    return _smallest(hashes, documents - 1 if mask.any() else 1)


def _smallest(hashes: NDArray[np.uint64], number: int) -> NDArray[np.bool_]:
    mask = np.zeros(hashes.size, np.bool_)
    mask[np.argsort(hashes, kind="stable")[:number]] = True
    return mask


def split(
    counts: Any,
    *,
    test_documents: int | None = None,
    test_fraction: float | None = None,
    seed: int = 0,
) -> tuple[Any, Any]:
    """Check counts and hold out documents for testing, by a hash of their numbers.

    Parameters
    ----------
    counts : array or sparse matrix or array (D, V)
        The corpus. The id of a document is the number of its row, from 0.
    test_documents : int, optional
        How many documents to test with.
    test_fraction : float, optional
        About which fraction of them instead, between 0 and 1; at least one document.
    seed : int
        Another seed gives another split.

    Returns
    -------
    train, test : array or csr array
        Both in the order of the corpus.

    Raises
    ------
    ValueError
        If not exactly one of the two is given, a split would be empty, or the corpus isn't counts.
    """
    matrix = check_counts(counts)
    hashes = document_hashes(map(str, range(matrix.shape[0])), seed)
    mask = held_out(hashes, test_documents=test_documents, test_fraction=test_fraction)
    return matrix[~mask], matrix[mask]
