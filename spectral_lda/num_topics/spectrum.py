"""A first guess of the number of topics: where the eigenvalues of the second moment fall most.

The second moment of documents drawn from K topics has K eigenvalues; the rest is sampling noise
(Anandkumar et al. 2014, cited in spectral/moments.py).
"""

import numpy as np

from spectral_lda.corpus import Corpus
from spectral_lda.parallel import blas_on_one_thread
from spectral_lda.spectral.moments import compute_moments
from spectral_lda.spectral.whitening import whiten
from spectral_lda.workers import SINGLE_WORKER

_FEWEST = 2


def guess_num_topics(corpus: Corpus, alpha0: float, most: int, seed: int) -> int:
    """Return the number of topics after which the eigenvalues above the noise fall by the largest factor.

    Parameters
    ----------
    corpus
        The documents.
    alpha0
        The sum of the prior.
    most
        The largest number that is considered.
    seed
        Of the random start of the eigenvectors.
    """
    with blas_on_one_thread():
        every = np.ones(corpus.num_documents, np.bool_)
        moments = compute_moments(corpus, every, alpha0, SINGLE_WORKER, whole=True)
        if moments is None:
            return _FEWEST
        whitening = whiten(moments, most + 1, np.random.default_rng(seed))
    values = whitening.eigenvalues[whitening.eigenvalues > whitening.noise]
    if values.size <= _FEWEST:
        return max(1, int(values.size))
    falls = values[_FEWEST - 1 : -1] / values[_FEWEST:]
    return int(np.argmax(falls)) + _FEWEST
