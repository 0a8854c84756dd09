"""Scores of a model on documents: how likely it finds a word, in nats."""

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import CountsLike, FloatArray
from spectral_lda.hosts import ALONE, Hosts
from spectral_lda.kernels import inference
from spectral_lda.mixtures import Singles, infer_mixtures, topics_by_word
from spectral_lda.model import Model

# The spectral method gives words an exact 0. One such word in a test document must not turn the score of a
# whole corpus into minus infinity: it costs 27.6 nats, as a word seen once in 10^12 tokens would.
SMALLEST_PROBABILITY = 1e-12


def per_word_log_likelihood(model: Model, counts: CountsLike, hosts: Hosts = ALONE) -> float:
    """Return SageMaker's pwll: sum n ln(theta . beta_w) over all tokens, divided by their number.

    The mixtures theta are inferred from the same tokens. Larger is better; NaN for documents without any
    token. Several ``hosts`` score their documents together.

    Raises
    ------
    ValueError
        A count is negative, fractional or not finite, or the vocabulary has another size than the model's.
    """
    corpus = model.documents(counts, whole=True)
    by_word = topics_by_word(model.beta)
    mixtures = infer_mixtures(corpus, model.alpha, by_word)
    return mean_log_likelihood(corpus, mixtures, by_word, hosts=hosts)


def mean_log_likelihood(
    corpus: Corpus, mixtures: Singles, by_word: Singles, *, background: float = 0.0, hosts: Hosts = ALONE
) -> float:
    """Return the log-likelihood of a token under given mixtures (D, K) and topics (V, K), NaN without any.

    The probability ``background`` goes to all words evenly.
    """

    def add(block: Block, sums: FloatArray) -> None:
        sums[0] += inference.likelihood(
            *block.arrays, by_word, mixtures[block.documents], SMALLEST_PROBABILITY, background
        )
        sums[1] += block.data.sum()

    likelihood, tokens = corpus.add_up((2,), add, hosts)
    return float(likelihood / tokens) if tokens else float("nan")
