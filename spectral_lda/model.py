"""The model that a fit returns, and its score on documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_lda.artifact import model_file
from spectral_lda.artifact.model_file import FilePath
from spectral_lda.corpus import Corpus
from spectral_lda.counts import CountsLike, FloatArray, check_width
from spectral_lda.inference.completion import Completion, complete
from spectral_lda.inference.likelihood import log_likelihoods, per_token
from spectral_lda.inference.mixtures import infer_mixtures, topics_by_word
from spectral_lda.inference.word_ranking import Ranking, rank_words, words_of
from spectral_lda.kernels.compiling import Singles
from spectral_lda.workers import SINGLE_WORKER, Workers


@dataclass(frozen=True, eq=False)
class Model:
    """A latent Dirichlet allocation (Blei, Ng, Jordan: JMLR 3, 2003).

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
            (D, V) word counts, dense or sparse; fractional values are accepted as weights, as by SageMaker.

        Raises
        ------
        ValueError
            A count is negative or not finite, or the vocabulary has another size.
        """
        mixtures = infer_mixtures(self.documents(counts, whole=False), self.alpha, self._by_word)
        precise = mixtures.astype(np.float64)
        return np.asarray(precise / precise.sum(axis=1, keepdims=True))

    def document_completion(self, counts: CountsLike) -> Completion:
        """Score documents that the model was not learned from: each half of a document given the other.

        No token affects its own probability, so more topics don't automatically score better. A hundredth of
        every probability is uniform, so that one word without a topic doesn't dominate.

        Parameters
        ----------
        counts
            (D, V) whole numbers.

        Raises
        ------
        ValueError
            A count is negative, fractional or not finite, or the vocabulary has another size.

        References
        ----------
        Wallach, Murray, Salakhutdinov, Mimno: Evaluation methods for topic models, ICML 2009, section 5.
        """
        return complete(self.documents(counts, whole=True), self.alpha, self._by_word)

    def documents(self, counts: CountsLike, *, whole: bool) -> Corpus:
        """Return the corpus of ``counts`` after checking them and their vocabulary; see `as_counts`."""
        corpus = Corpus.from_counts(counts, whole=whole)
        check_width(corpus.num_words, self.beta.shape[1])
        return corpus

    @cached_property
    def _by_word(self) -> Singles:
        return topics_by_word(self.beta)

    def top_words(
        self,
        vocabulary: Sequence[str],
        n: int = 10,
        *,
        rank: Ranking = "probability",
        shares: FloatArray | None = None,
    ) -> list[list[str]]:
        """Return the words that describe each topic, the best one first.

        Parameters
        ----------
        vocabulary
            The V words, in the order of the counts' columns.
        n
            How many words per topic.
        rank
            "probability", "relevance", "frex" or "lift"; see `inference.word_ranking`.
        shares
            (K,) the topics' shares of the tokens; by default those of the prior alpha.

        Raises
        ------
        ValueError
            The vocabulary has another size than the model's, or there is no such ranking.
        """
        check_width(len(vocabulary), self.beta.shape[1])
        columns = rank_words(self.beta, self.alpha if shares is None else shares, n, rank)
        return words_of(vocabulary, columns)

    def save(self, path: FilePath) -> None:
        """Write SageMaker LDA's artifact: an archive if the name ends in .tar.gz, else model_algo-1."""
        model_file.write(path, self.alpha, self.beta)


def load(path: FilePath) -> Model:
    """Read a model of SageMaker LDA or of this package: model.tar.gz, its file model_algo-1, or their folder.

    Further files in the archive or the folder are ignored.

    Raises
    ------
    ValueError
        The file is not such a model; the message names what is wrong and where.
    """
    return Model(*model_file.read(path))


def per_word_log_likelihood(model: Model, counts: CountsLike, workers: Workers = SINGLE_WORKER) -> float:
    """Return SageMaker's pwll: sum n ln(theta . beta_w) over all tokens, divided by their number.

    The mixtures theta are inferred from the same tokens. Larger is better; NaN if the documents contain
    no token. With several ``workers`` the score is over all workers' documents.

    Raises
    ------
    ValueError
        A count is negative, fractional or not finite, or the vocabulary has another size than the model's.
    """
    corpus = model.documents(counts, whole=True)
    by_word = topics_by_word(model.beta)
    mixtures = infer_mixtures(corpus, model.alpha, by_word)
    return per_token(corpus, log_likelihoods(corpus, mixtures, by_word), workers)
