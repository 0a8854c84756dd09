"""Known topics are recovered; if the data are insufficient, there are warnings and no invented topics."""

import doctest
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from spectral_lda import Model, Settings, fit, fit_observed
from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.em.validation import choose_validation_set
from spectral_lda.fitting import procedure
from spectral_lda.spectral.moments import compute_moments
from spectral_lda.workers import SINGLE_WORKER

Errors = Callable[[FloatArray, FloatArray], FloatArray]


def assert_is_a_model(model: Model, topics: int, words: int) -> None:
    assert model.alpha.shape == (topics,)
    assert model.beta.shape == (topics, words)
    assert np.isfinite(model.alpha).all()
    assert (model.alpha > 0).all()
    assert (model.beta >= 0).all()
    np.testing.assert_allclose(model.beta.sum(axis=1), 1)


# Measured with refinement, mean (worst): seed 0 .0098 (.0178), 1 .0127 (.0236), 2 .0126 (.0208);
# and without: .0263 (.0612), .0379 (.0724), .0395 (.0819).
@pytest.mark.parametrize(("seed", "mean", "worst"), [(0, 0.012, 0.022), (1, 0.015, 0.028), (2, 0.015, 0.025)])
def test_all_ten_bars_are_found(
    bars: Callable[[int], Any], topic_errors: Errors, seed: int, mean: float, worst: float
) -> None:
    corpus = bars(seed)
    errors = topic_errors(corpus.beta, fit(corpus.train, 10).beta)
    assert errors.mean() < mean
    assert errors.max() < worst


@pytest.mark.parametrize(("seed", "mean", "worst"), [(0, 0.03, 0.07), (1, 0.045, 0.085), (2, 0.045, 0.095)])
def test_the_moments_alone_find_all_ten_bars(
    bars: Callable[[int], Any], topic_errors: Errors, seed: int, mean: float, worst: float
) -> None:
    corpus = bars(seed)
    errors = topic_errors(corpus.beta, fit(corpus.train, 10, refine=False).beta)
    assert errors.mean() < mean
    assert errors.max() < worst


def test_the_prior_is_recovered_with_the_given_sum(bars: Callable[[int], Any]) -> None:
    model = fit(bars(0).train, 10, alpha0=1.0)
    assert model.alpha.sum() == pytest.approx(1.0)
    assert np.abs(model.alpha - 0.1).max() < 0.015


def test_inferred_mixtures_are_as_accurate_as_with_the_known_topics(bars: Callable[[int], Any]) -> None:
    corpus = bars(0)
    model = fit(corpus.train, 10)
    nearest = np.abs(corpus.beta[:, None] - model.beta[None]).sum(axis=2).argmin(axis=1)
    learned = model.topic_mixtures(corpus.test)[:, nearest]
    with_known_topics = Model(corpus.alpha, corpus.beta).topic_mixtures(corpus.test)
    error = np.abs(learned - corpus.test_mixtures).sum(axis=1).mean()
    assert error < np.abs(with_known_topics - corpus.test_mixtures).sum(axis=1).mean() + 0.005


def test_dense_and_sparse_counts_give_the_same_bits(bars: Callable[[int], Any]) -> None:
    train = bars(0).train[:200]
    dense, other = fit(train, 3), fit(sparse.csc_array(train), 3)
    assert np.array_equal(dense.beta, other.beta)
    assert np.array_equal(dense.alpha, other.alpha)


def test_the_same_seed_gives_the_same_bits(bars: Callable[[int], Any]) -> None:
    train = bars(0).train[:300]
    first, again, other = (fit(train, 10, seed=seed).beta for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_extra_topics_follow_the_25_percent_rule(bars: Callable[[int], Any]) -> None:
    settings = Settings(num_topics=10, extra_topics=True)
    assert settings.computed_topics == 13
    assert_is_a_model(fit(bars(0).train, 10, refine=False, extra_topics=True), 10, 25)


def test_a_vocabulary_too_large_for_a_dense_second_moment_is_learned(topic_errors: Errors) -> None:
    generator = np.random.default_rng(0)
    beta = generator.dirichlet(np.full(3000, 0.05), 4)
    mixtures = generator.dirichlet(np.full(4, 0.25), 1000)
    counts = sparse.csr_array(np.array([generator.multinomial(200, mixture @ beta) for mixture in mixtures]))
    assert topic_errors(beta, fit(counts, 4).beta).max() < 0.25


def test_every_step_is_reported_in_order(bars: Callable[[int], Any]) -> None:
    messages: list[str] = []
    fit_observed(bars(0).train, Settings(num_topics=10, max_restarts=2), messages.append)
    order = [
        "moments",
        "SVD",
        "third moment",
        "Restart 1/2",
        "Restart 2/2",
        "Best reconstruction",
        "EM iteration 0",
    ]
    positions = [next(position for position, line in enumerate(messages) if word in line) for word in order]
    assert positions == sorted(positions)


@pytest.mark.parametrize("refine", [True, False])
def test_the_moments_exclude_the_validation_documents(
    bars: Callable[[int], Any],
    monkeypatch: pytest.MonkeyPatch,
    refine: bool,  # noqa: FBT001 -- a case
) -> None:
    included: list[Any] = []

    def recorded(corpus: Any, documents: Any, *rest: Any, **settings: Any) -> Any:
        included.append(documents)
        return compute_moments(corpus, documents, *rest, **settings)

    monkeypatch.setattr(procedure, "compute_moments", recorded)
    train = bars(0).train[:200]
    fit(train, 3, refine=refine)
    validation = choose_validation_set(Corpus.from_counts(train), 0, SINGLE_WORKER)
    assert validation is not None
    assert 10 < validation.documents.sum() < 30
    assert len(included) == 1
    np.testing.assert_array_equal(~included[0], validation.documents if refine else False)


@pytest.mark.parametrize("topics", [2, 7])
def test_more_topics_than_the_rank_of_the_data_are_split_with_a_warning(topics: int) -> None:
    counts = np.full((30, 1), 9)
    with pytest.warns(UserWarning, match=f"sufficient for 1 of the {topics} requested topics") as caught:
        model = fit(counts, topics)
    assert caught[0].filename == __file__
    assert_is_a_model(model, topics, 1)


def test_documents_of_a_single_word_have_one_topic() -> None:
    counts = np.zeros((40, 5), dtype=int)
    counts[:, 2] = np.arange(3, 43)
    with pytest.warns(UserWarning, match="sufficient for 1 of the 3 requested topics"):
        model = fit(counts, 3)
    np.testing.assert_allclose(model.beta, np.tile([0, 0, 1, 0, 0], (3, 1)), atol=1e-12)


def test_documents_of_two_words_give_a_warning_and_no_topics() -> None:
    with (
        pytest.warns(UserWarning, match="No document contains three words"),
        pytest.warns(match="sufficient for 1"),
    ):
        model = fit([[1, 1, 0], [0, 2, 0]], 2)
    np.testing.assert_allclose(model.beta, [[0.25, 0.75, 0]] * 2)


def test_warnings_are_not_repeated_if_the_spectral_topics_are_kept() -> None:
    rank = pytest.warns(UserWarning, match="sufficient for 1 of the 3 requested topics")
    with rank, pytest.warns(UserWarning, match="No document contains three words") as caught:
        fit(np.tile([[1, 1, 0], [0, 1, 1]], (100, 1)), 3)
    beginnings = [str(warning.message)[:20] for warning in caught]
    assert len(beginnings) == len(set(beginnings))


def test_too_few_tokens_for_the_topics_give_a_warning() -> None:
    rng = np.random.default_rng(0)
    beta = rng.dirichlet(np.full(1500, 0.05), 20)
    counts = np.array([rng.multinomial(20, rng.dirichlet(np.full(20, 0.05)) @ beta) for _ in range(300)])
    used = np.count_nonzero(counts.sum(axis=0))
    message = (
        rf"contain 0\.\d+ tokens for each word of each topic \(6000 tokens, 20 topics, {used} distinct words"
    )
    with pytest.warns(UserWarning, match=message) as caught:
        fit(counts, 20)
    assert caught[0].filename == __file__


def test_topics_within_the_sampling_noise_give_a_warning(bars: Callable[[int], Any]) -> None:
    with pytest.warns(UserWarning, match="stand out from the sampling noise") as caught:
        model = fit(bars(0).train[:30], 10)
    assert caught[0].filename == __file__
    assert_is_a_model(model, 10, 25)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("topics", [1, 3])
@pytest.mark.parametrize(
    "counts",
    [
        [[5]],
        [[4, 2, 1]],
        [[4, 2, 1], [0, 0, 0], [4, 2, 1], [4, 2, 1]],
        [[3, 0, 0, 5], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 2], [4, 0, 0, 4]],
        np.random.default_rng(0).poisson(0.3, (300, 20)),
        np.eye(4) * 2.0**53,
    ],
    ids=["V=1", "one document", "duplicates", "empty documents and columns", "short texts", "huge counts"],
)
def test_small_and_unusual_data_give_a_model(counts: Any, topics: int) -> None:
    words = np.shape(counts)[1]
    model = fit(counts, topics)
    assert_is_a_model(model, topics, words)
    mixtures = model.topic_mixtures(counts)
    np.testing.assert_allclose(mixtures.sum(axis=1), 1)
    assert (mixtures >= 0).all()


@pytest.mark.parametrize("counts", [np.zeros((3, 4)), np.zeros((0, 4)), sparse.csr_array((2, 3))])
def test_only_empty_documents_are_an_error(counts: object) -> None:
    with pytest.raises(ValueError, match=r"none of the \d documents contains a word"):
        fit(counts, 2)


@pytest.mark.parametrize(
    "counts", [np.eye(4), sparse.csr_array(([1.0, 1.0], ([0, 2], [1, 1])), shape=(3, 4))]
)
def test_documents_of_one_token_are_an_error(counts: object) -> None:
    with pytest.raises(ValueError, match=r"none of the \d documents contains more than one word"):
        fit(counts, 2)


def test_fractions_are_rejected_or_used_as_weights_with_a_warning(bars: Callable[[int], Any]) -> None:
    shares = bars(0).train[:400] / 8
    with pytest.raises(ValueError, match="is not a whole number; weights such as tf-idf are not counts"):
        fit(shares, 3)
    with pytest.warns(UserWarning, match="used as weights") as caught:
        model = fit_observed(shares, Settings(num_topics=3), lambda _: None, whole=False)
    assert caught[0].filename == __file__
    assert_is_a_model(model, 3, 25)


def test_shards_give_the_model_of_one_matrix(bars: Callable[[int], Any]) -> None:
    train = sparse.csr_array(bars(0).train[:400])
    shards = (part for part in (train[:150], train[150:150], train[150:]))
    whole, parts = fit(train, 3), fit(shards, 3)
    np.testing.assert_array_equal(whole.beta, parts.beta)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_topics": 0}, "num_topics must be a whole number of at least 1, not 0"),
        ({"num_topics": 2.5}, "num_topics must be a whole number"),
        ({"num_topics": 2, "max_restarts": 0}, "max_restarts must be"),
        ({"num_topics": 2, "max_iterations": True}, "max_iterations must be"),
        ({"num_topics": 2, "seed": -1}, "seed must be a whole number of at least 0, not -1"),
        ({"num_topics": 2, "alpha0": 0}, "alpha0 must be a positive number, not 0"),
        ({"num_topics": 2, "alpha0": "1"}, "alpha0 must be a positive number, not '1'"),
        ({"num_topics": 2, "alpha0": 1e-30}, "alpha0 must be from 1e-09 to 1e\\+09, not 1e-30"),
        ({"num_topics": 2, "alpha0": 1e20}, "alpha0 must be from 1e-09 to 1e\\+09, not 1e\\+20"),
        ({"num_topics": 2, "tol": float("nan")}, "tol must be a positive number, not nan"),
    ],
)
def test_a_setting_out_of_range_is_rejected(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit([[1, 2]], **settings)


def test_the_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(procedure).attempted > 0
    assert doctest.testmod(procedure).failed == 0


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("topics", "refine", "most"), [(31, True, 1), (31, False, 4), (8, True, 4)])
def test_many_topics_with_refinement_use_one_restart(
    topics: int,
    refine: bool,  # noqa: FBT001 -- a case
    most: int,
) -> None:
    counts = np.random.default_rng(0).poisson(0.3, (200, 60))
    messages: list[str] = []
    settings = Settings(num_topics=topics, max_restarts=4, max_iterations=5, refine=refine)
    fit_observed(counts, settings, messages.append)
    restarts = [line for line in messages if line.startswith("Restart ")]
    assert set(restarts) <= {f"Restart {number}/{most}" for number in range(1, most + 1)}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_least_squares_end_sooner_if_refinement_follows(bars: Callable[[int], Any]) -> None:
    def iterations(*, refine: bool) -> int:
        messages: list[str] = []
        fit_observed(bars(0).train, Settings(num_topics=10, max_restarts=1, refine=refine), messages.append)
        return next(int(line.split()[-2]) for line in messages if line.startswith("Reconstruction error"))

    assert iterations(refine=True) < iterations(refine=False)


def test_every_step_is_observed_and_the_model_is_the_same() -> None:
    counts = np.random.default_rng(0).poisson(2.0, (200, 12))
    messages: list[str] = []
    observed = fit(counts, 2, seed=0, observe=messages.append)
    silent = fit(counts, 2, seed=0)
    assert messages[0] == "Computing the moments of the word counts"
    assert any(message.startswith("EM iteration") for message in messages)
    assert np.array_equal(observed.beta, silent.beta)
