"""Checks that the data suffice for the requested topics: errors and warnings."""

import inspect
import warnings

import numpy as np

from spectral_lda.corpus import Corpus
from spectral_lda.spectral.whitening import Whitening
from spectral_lda.workers import Workers


def require_tokens(corpus: Corpus, workers: Workers, *, whole: bool) -> None:
    """Raise ValueError unless some document has two tokens: topics follow from words that occur together.

    Without ``whole``, where counts are weights, any positive weight is enough.
    """
    least = 1 if whole else 0
    numbers = [
        corpus.num_documents,
        np.count_nonzero(corpus.lengths),
        np.count_nonzero(corpus.lengths > least),
    ]
    documents, nonempty, usable = workers.all_reduce_sum(np.array(numbers, np.float64)).astype(int).tolist()
    if nonempty == 0:
        raise ValueError(f"The data show no topics: none of the {documents} documents contains a word.")
    if usable == 0:
        raise ValueError(
            f"The data show no topics: none of the {documents} documents contains more than one word, so no "
            "two words occur together. Join related texts into longer documents."
        )


def warn_fractional_counts() -> None:
    """Warn that the data contain fractional weights instead of counts."""
    _warn(
        "The data contain fractions, which are not counts: they are used as weights, and the moments are not "
        "corrected for pairs of a token with itself. Word counts give better topics."
    )


def warn_short_documents() -> None:
    """Warn that the third moment is empty."""
    _warn("No document contains three words, so the data show no topics: all of them are the mean document.")


def warn_rank(corpus: Corpus, rank: int, requested: int, workers: Workers) -> None:
    """Warn that the rank of the second moment is less than the number of requested topics."""
    used = int(np.count_nonzero(corpus.word_totals(workers)))
    documents = int(workers.all_reduce_sum(np.array([float(corpus.num_documents)]))[0])
    _warn(
        f"The data are sufficient for {rank} of the {requested} requested topics ({documents} documents, "
        f"{used} distinct words); the others are equal parts of the largest. Request fewer topics."
    )


def warn_few_tokens(corpus: Corpus, requested: int, workers: Workers) -> None:
    """Warn of less than one token for each word of each topic.

    With 0.6 of them, fits to documents drawn from known topics had a mean topic L1 of .3 to .9.
    """
    totals = corpus.word_totals(workers)
    tokens, used = float(totals.sum()), int(np.count_nonzero(totals))
    if tokens < requested * used:
        _warn(
            f"The data contain {tokens / (requested * used):.2g} tokens for each word of each topic "
            f"({tokens:.0f} tokens, {requested} topics, {used} distinct words), so the topics may be "
            "inaccurate. More or longer documents, fewer topics or a smaller vocabulary would help."
        )


def warn_noise(whitening: Whitening, requested: int) -> None:
    """Warn of eigenvalues no larger than M2's negative ones, which only sampling noise produces."""
    clear = int(np.count_nonzero(whitening.eigenvalues > whitening.noise))
    if clear < min(requested, whitening.eigenvalues.size):
        _warn(
            f"Only {clear} of the {requested} topics stand out from the sampling noise of these "
            "data; the others may be noise. More documents, longer documents or fewer topics would help."
        )


def _warn(message: str) -> None:
    """Warn at the line outside of this package that called it."""
    frame, level = inspect.currentframe(), 1
    while frame and frame.f_globals["__name__"].startswith("spectral_lda."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, UserWarning, stacklevel=level)
