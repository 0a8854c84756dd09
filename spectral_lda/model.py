"""The model that a fit returns: a prior over topics, and topics over words."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_lda.artifact import model_file
from spectral_lda.artifact.model_file import FilePath
from spectral_lda.corpus import Corpus
from spectral_lda.counts import CountsLike, FloatArray, check_width
from spectral_lda.inference.mixtures import Singles, infer_mixtures, topics_by_word


@dataclass(frozen=True, eq=False)
class Model:
    """A latent Dirichlet allocation.

    Attributes
    ----------
    alpha
        (K,) the Dirichlet prior over topic mixtures.
    beta
        (K, V) the topics: each row a distribution over the words.
    """

    alpha: FloatArray
    beta: FloatArray

    def topic_mixtures(self, counts: CountsLike) -> FloatArray:
        """Return the topic mixture of each document, (D, K), rows summing to 1.

        Parameters
        ----------
        counts
            (D, V) word counts, dense or sparse; fractional ones are weights of words here, as SageMaker takes
            them.

        Raises
        ------
        ValueError
            A count is negative or not finite, or the vocabulary has another size.
        """
        mixtures = infer_mixtures(self.documents(counts, whole=False), self.alpha, self._by_word)
        precise = mixtures.astype(np.float64)
        return np.asarray(precise / precise.sum(axis=1, keepdims=True))

    def documents(self, counts: CountsLike, *, whole: bool) -> Corpus:
        """Check documents that are to be scored: counts, with ``whole``, over the model's vocabulary."""
        corpus = Corpus.of(counts, whole=whole)
        check_width(corpus.words, self.beta.shape[1])
        return corpus

    @cached_property
    def _by_word(self) -> Singles:
        return topics_by_word(self.beta)

    def save(self, path: FilePath) -> None:
        """Write SageMaker LDA's artifact: model.tar.gz for that ending, else model_algo-1 bare."""
        model_file.write(path, self.alpha, self.beta)


def load(path: FilePath) -> Model:
    """Read a model of SageMaker LDA, its own or one of ours: model.tar.gz or the bare model_algo-1.

    Raises
    ------
    ValueError
        The file is not such a model; the sentence says what it is instead and where.
    """
    return Model(*model_file.read(path))
