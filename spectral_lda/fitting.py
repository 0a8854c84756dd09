"""From word counts to a model: the steps in order, and the warnings where the data can't carry them."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spectral_lda.counts import CountMatrix, CountsLike, FloatArray, as_counts
from spectral_lda.decomposition import decompose
from spectral_lda.model import Model
from spectral_lda.moments import Moments, compute_moments
from spectral_lda.recovery import keep_largest, recover, split_topics
from spectral_lda.refinement import hold_out, refine
from spectral_lda.whitening import Whitening, whiten

# AWS: "25% more topics are computed and the ones with the largest priors are returned" (10 becomes 13).
EXTRA_TOPICS = 1.25


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `fit` is told beside the counts; see there."""

    num_topics: int
    alpha0: float = 1.0
    max_restarts: int = 10
    max_iterations: int = 1000
    tol: float = 1e-8
    refine: bool = True
    extra_topics: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("num_topics", "max_restarts", "max_iterations"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}.")
        for name in ("alpha0", "tol"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be a positive number, not {value!r}.")

    @property
    def computed_topics(self) -> int:
        """The number of topics to compute, of which num_topics are kept."""
        return math.ceil(EXTRA_TOPICS * self.num_topics) if self.extra_topics else self.num_topics


def fit(  # noqa: PLR0913 -- SageMaker's hyperparameters by their names, and three of ours
    counts: CountsLike,
    num_topics: int,
    *,
    alpha0: float = 1.0,
    max_restarts: int = 10,
    max_iterations: int = 1000,
    tol: float = 1e-8,
    refine: bool = True,
    extra_topics: bool = False,
    seed: int = 0,
) -> Model:
    """Learn a latent Dirichlet allocation from word counts by its moments.

    Parameters
    ----------
    counts
        (D, V) whole numbers: how often document d uses word w. A dense array or any scipy sparse matrix or
        array.
    num_topics
        K, the number of topics.
    alpha0
        The sum of the Dirichlet prior over topic mixtures: small for documents of few topics each.
    max_restarts, max_iterations, tol
        Restarts of the alternating least squares, sweeps of each, and the change of the relative error that
        ends one.
    refine
        Improve the spectral topics by passes over the documents, as many as held-out documents ask for.
    extra_topics
        Compute 25 % more topics and keep those with the largest priors. With ``refine=False`` this is the
        procedure that AWS documents; it can lose a topic where the data has no more than K.
    seed
        The same seed, data and settings give the same model.

    Returns
    -------
    Model
        alpha (K,), with the sum alpha0, and beta (K, V), topics over words; the largest prior first.

    Warns
    -----
    UserWarning
        The vocabulary, the rank of the data or their amount can't carry K topics. Topics are then split in
        equal parts, never invented.

    Raises
    ------
    ValueError
        A count is negative, fractional or not finite (the sentence names row and column), no document holds a
        word, or a setting is out of range.

    References
    ----------
    https://docs.aws.amazon.com/sagemaker/latest/dg/lda-how-it-works.html, and the papers named in each
    module.

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.repeat([[4, 4, 0, 0], [0, 0, 4, 4]], [30, 10], axis=0)
    >>> fit(counts, 2).beta.round(2)
    array([[0.5, 0.5, 0. , 0. ],
           [0. , 0. , 0.5, 0.5]])
    """
    settings = Settings(
        num_topics=num_topics,
        alpha0=alpha0,
        max_restarts=max_restarts,
        max_iterations=max_iterations,
        tol=tol,
        refine=refine,
        extra_topics=extra_topics,
        seed=seed,
    )
    return fit_observed(counts, settings, lambda _: None)


def fit_observed(counts: CountsLike, settings: Settings, observe: Callable[[str], None]) -> Model:
    """Do what `fit` does, and tell ``observe`` of every step in a sentence, as it happens."""
    matrix = as_counts(counts)
    if matrix.nnz == 0:
        raise ValueError(
            f"There is nothing to learn from: none of the {matrix.shape[0]} documents holds a word."
        )
    rng = np.random.default_rng(settings.seed)
    split = hold_out(matrix, rng) if settings.refine else None
    alpha, beta = _spectral(split.kept if split else matrix, settings, rng, observe)
    return Model(alpha, refine(split, alpha, beta, observe) if split else beta)


def _spectral(
    counts: CountMatrix, settings: Settings, rng: np.random.Generator, observe: Callable[[str], None]
) -> tuple[FloatArray, FloatArray]:
    """Return exactly num_topics topics from the moments."""
    observe("Computing the moments of the word counts")
    moments = compute_moments(counts, settings.alpha0)
    alpha, beta = np.full(1, settings.alpha0), _unigrams(counts)
    if moments is None:
        _warn_of_short_documents()
    else:
        observe("Whitening the second moment (SVD)")
        whitening = whiten(moments, settings.computed_topics, rng)
        if whitening.eigenvalues.size:
            alpha, beta = _decompose(moments, whitening, settings, rng, observe)
        _warn_of_noise(whitening, settings)
    _warn_of_rank(counts, alpha.size, settings)
    return split_topics(*keep_largest(alpha, beta, settings.num_topics), settings.num_topics)


def _decompose(
    moments: Moments,
    whitening: Whitening,
    settings: Settings,
    rng: np.random.Generator,
    observe: Callable[[str], None],
) -> tuple[FloatArray, FloatArray]:
    observe("Computing the whitened third moment")
    parts = decompose(
        moments.whitened_third(whitening.whitener),
        max_restarts=settings.max_restarts,
        max_iterations=settings.max_iterations,
        tol=settings.tol,
        rng=rng,
        observe=observe,
    )
    return recover(whitening, parts, settings.alpha0)


def _unigrams(counts: CountMatrix) -> FloatArray:
    """Return the distribution of all tokens over the words as one topic, (1, V)."""
    totals = np.asarray(counts.sum(axis=0), dtype=np.float64).reshape(1, -1)
    return np.asarray(totals / totals.sum())


def _warn_of_short_documents() -> None:
    _warn("No document holds three words, so the data show no topics: all of them are the mean document.")


def _warn_of_rank(counts: CountMatrix, found: int, settings: Settings) -> None:
    if found >= settings.num_topics:
        return
    used = int(np.count_nonzero(np.diff(counts.tocsc().indptr)))
    _warn(
        f"The data carry {found} of the {settings.num_topics} topics asked for ({counts.shape[0]} documents, "
        f"{used} words in use); the others are equal parts of the largest. Ask for fewer topics."
    )


def _warn_of_noise(whitening: Whitening, settings: Settings) -> None:
    """Warn of eigenvalues no larger than M2's negative ones, which it only has by sampling noise."""
    clear = int(np.count_nonzero(whitening.eigenvalues > whitening.noise))
    if clear < min(settings.num_topics, whitening.eigenvalues.size):
        _warn(
            f"Only {clear} of the {settings.num_topics} topics stand out from the sampling noise of these "
            "data; the others may be noise. More documents, longer documents or fewer topics would help."
        )


def _warn(sentence: str) -> None:
    # The level leads out of the kernel's own frames for `fit`, to the line of whoever called it.
    warnings.warn(sentence, UserWarning, stacklevel=6)
