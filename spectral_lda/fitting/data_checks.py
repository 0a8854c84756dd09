"""What the data can't carry, said before or beside the model: errors and warnings in sentences."""

import inspect
import warnings

import numpy as np

from spectral_lda.corpus import Corpus
from spectral_lda.spectral.whitening import Whitening
from spectral_lda.workers import Hosts


def require_tokens(corpus: Corpus, hosts: Hosts, *, whole: bool) -> None:
    """Raise ValueError unless some document holds two tokens: topics are words that meet in documents.

    Without ``whole``, where counts are masses, any mass will do.
    """
    least = 1 if whole else 0
    numbers = [corpus.documents, np.count_nonzero(corpus.lengths), np.count_nonzero(corpus.lengths > least)]
    documents, filled, useful = hosts.total(np.array(numbers, np.float64)).astype(int).tolist()
    if filled == 0:
        raise ValueError(f"There is nothing to learn from: none of the {documents} documents holds a word.")
    if useful == 0:
        raise ValueError(
            f"There is nothing to learn from: none of the {documents} documents holds more than one word, so "
            "no two words ever meet. Join texts that belong together into longer documents."
        )


def warn_of_masses() -> None:
    """Warn of weights that are no counts."""
    _warn(
        "The data hold fractions, which are no counts: they are weighted as masses, and the moments lose the "
        "correction for a token that meets itself. Word counts give better topics."
    )


def warn_of_short_documents() -> None:
    """Warn that the third moment is empty."""
    _warn("No document holds three words, so the data show no topics: all of them are the mean document.")


def warn_of_rank(corpus: Corpus, found: int, asked: int, hosts: Hosts) -> None:
    """Warn of fewer topics in the second moment than were asked for."""
    used = int(np.count_nonzero(corpus.word_totals(hosts)))
    documents = int(hosts.total(np.array([float(corpus.documents)]))[0])
    _warn(
        f"The data carry {found} of the {asked} topics asked for ({documents} documents, "
        f"{used} words in use); the others are equal parts of the largest. Ask for fewer topics."
    )


def warn_of_few_tokens(corpus: Corpus, asked: int, hosts: Hosts) -> None:
    """Warn of less than one token for each word of each topic.

    With 0.6 of them, documents drawn from known topics gave back topics at a mean L1 of .3 to .9.
    """
    totals = corpus.word_totals(hosts)
    tokens, used = float(totals.sum()), int(np.count_nonzero(totals))
    if tokens < asked * used:
        _warn(
            f"The data hold {tokens / (asked * used):.2g} tokens for each word of each topic ({tokens:.0f} "
            f"tokens, {asked} topics, {used} words in use), so the topics may be far from the truth. More or "
            "longer documents, fewer topics or a smaller vocabulary would help."
        )


def warn_of_noise(whitening: Whitening, asked: int) -> None:
    """Warn of eigenvalues no larger than M2's negative ones, which it only has by sampling noise."""
    clear = int(np.count_nonzero(whitening.eigenvalues > whitening.noise))
    if clear < min(asked, whitening.eigenvalues.size):
        _warn(
            f"Only {clear} of the {asked} topics stand out from the sampling noise of these "
            "data; the others may be noise. More documents, longer documents or fewer topics would help."
        )


def _warn(sentence: str) -> None:
    """Warn at the line of whoever called this package, however deep the call is."""
    frame, level = inspect.currentframe(), 1
    while frame and frame.f_globals["__name__"].startswith("spectral_lda."):
        frame, level = frame.f_back, level + 1
    warnings.warn(sentence, UserWarning, stacklevel=level)
