"""Synthetic documents whose topics are known: the bars of Griffiths and Steyvers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SIDE = 5  # a document is an image of 5 x 5 pixels: a vocabulary of 25 words
_SHRINK = 1 + 2**-52  # so that a rounded sum of probabilities doesn't exceed 1, which numpy refuses
_Floats = NDArray[np.float64]


def generate_griffiths_data(
    num_documents: int = 5000,
    average_document_length: float = 150,
    num_topics: int = 5,
    alpha: Sequence[float] | _Floats | None = None,
    eta: Sequence[float] | _Floats | None = None,
    seed: int = 0,
) -> tuple[_Floats, _Floats, _Floats, _Floats]:
    """Draw documents from a known LDA model over 25 words.

    The numbers are, bit for bit, those of the generator that AWS publishes with its LDA notebooks
    (`generate_example_data.py` of amazon-sagemaker-examples) and that breaks on numpy 1.24 and newer.

    Parameters
    ----------
    num_documents : int
        D, how many documents to draw.
    average_document_length : float
        The mean of the Poisson distribution of a document's number of words.
    num_topics : {5, 10}
        K. The first five topics are the columns of a 5 x 5 image, the other five its rows.
    alpha : array (K,), optional
        The Dirichlet prior of the topic mixtures; 1 / K each by default.
    eta : array (5,), optional
        The Dirichlet prior of the five pixels of a topic; 100 each by default, so they are almost uniform.
    seed : int
        Of the legacy Mersenne Twister, whose stream never changes.

    Returns
    -------
    alpha : array (K,)
        The prior.
    beta : array (K, 25)
        The topics: probabilities of words.
    documents : array (D, 25)
        Word counts, float64.
    topic_mixtures : array (D, K)
        The topic mixture that each document was drawn from.

    Raises
    ------
    ValueError
        If a parameter is outside what is described above.

    References
    ----------
    Griffiths, Steyvers: Finding scientific topics. PNAS 101 (2004) 5228-5235. doi:10.1073/pnas.0307752101
    """
    if num_documents < 1 or not average_document_length > 0:
        raise ValueError("At least one document, and an average length above 0, are needed.")
    if num_topics not in {_SIDE, 2 * _SIDE}:
        raise ValueError(f"The bars make {_SIDE} or {2 * _SIDE} topics, not {num_topics}.")
    prior = _prior("alpha", np.ones(num_topics) / num_topics if alpha is None else alpha, num_topics)
    pixels = _prior("eta", np.full(_SIDE, 100.0) if eta is None else eta, _SIDE)
    random = np.random.RandomState(seed)
    beta = _bars(random, num_topics, pixels)
    lengths = random.poisson(average_document_length, num_documents)
    topic_mixtures = random.dirichlet(prior, num_documents) / _SHRINK
    documents = np.stack(
        [
            _document(random, theta, beta, length)
            for theta, length in zip(topic_mixtures, lengths, strict=True)
        ]
    )
    return prior, beta, documents, topic_mixtures


def _prior(name: str, values: Sequence[float] | _Floats, length: int) -> _Floats:
    prior = np.array(values, np.float64)
    if prior.shape != (length,) or not (prior > 0).all():
        raise ValueError(f"{name} must be {length} positive numbers.")
    return prior


def _bars(random: np.random.RandomState, num_topics: int, pixels: _Floats) -> _Floats:
    beta = np.zeros((num_topics, _SIDE, _SIDE))
    for topic in range(num_topics):
        bar = random.dirichlet(pixels)
        if topic < _SIDE:
            beta[topic, :, topic] = bar
        else:
            beta[topic, topic - _SIDE, :] = bar
    flat: _Floats = beta.reshape(num_topics, _SIDE * _SIDE) / _SHRINK
    return flat


def _document(random: np.random.RandomState, theta: _Floats, beta: _Floats, length: int) -> _Floats:
    counts = np.zeros(beta.shape[1])
    for topic in random.multinomial(1, theta, size=length).argmax(axis=1):
        counts += random.multinomial(1, beta[topic])
    return counts
