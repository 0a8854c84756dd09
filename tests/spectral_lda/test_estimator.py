"""The estimator follows scikit-learn's conventions and gives the engine's models."""

import doctest
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from spectral_lda import estimator, fit, load
from spectral_lda.estimator import SpectralLDA

SUBJECTS = [["ship", "harbour", "sea", "wave"], ["bread", "oven", "flour", "salt"]]
RANDOM = np.random.default_rng(0)
TEXTS = [" ".join(RANDOM.choice(words, 20)) for words in SUBJECTS for _ in range(100)]
PAGE = Path(__file__).parents[2] / "docs" / "estimator.md"
small = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(scope="module")
def texts() -> Any:
    return CountVectorizer().fit_transform(TEXTS)


# scikit-learn's checks use few documents and fractional counts; the warnings about both are tested elsewhere.
@small
@parametrize_with_checks([SpectralLDA(n_components=2, max_restarts=2), SpectralLDA(2, refine=False)])
def test_scikit_learns_own_checks_pass(estimator: SpectralLDA, check: Callable[[Any], None]) -> None:
    check(estimator)


def test_the_estimator_gives_the_engines_model(bars: Callable[[int], Any]) -> None:
    corpus = bars(0)
    model = fit(corpus.train, 10, seed=3)
    learned = SpectralLDA(10, random_state=3).fit(corpus.train)
    np.testing.assert_array_equal(learned.components_, model.beta)
    np.testing.assert_array_equal(learned.alpha_, model.alpha)
    np.testing.assert_array_equal(learned.transform(corpus.test), model.topic_mixtures(corpus.test))


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix])
def test_sparse_documents_give_the_same_model(bars: Callable[[int], Any], form: Callable[[Any], Any]) -> None:
    train = bars(0).train[:300]
    dense, scattered = (SpectralLDA(4, random_state=0).fit(counts) for counts in (train, form(train)))
    np.testing.assert_array_equal(dense.components_, scattered.components_)


def test_a_random_state_is_accepted_as_a_seed(texts: Any) -> None:
    first, second = (
        SpectralLDA(2, random_state=np.random.RandomState(5)).fit(texts).components_ for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_topics_have_names_and_rows_of_sum_one(texts: Any) -> None:
    learned = SpectralLDA(2, random_state=0).fit(texts)
    assert learned.get_feature_names_out().tolist() == ["spectrallda0", "spectrallda1"]
    np.testing.assert_allclose(learned.components_.sum(axis=1), 1)
    np.testing.assert_allclose(learned.transform(texts).sum(axis=1), 1)


def test_no_token_affects_its_own_score() -> None:
    documents = np.repeat([[4, 4, 0, 0], [0, 0, 4, 4]], [60, 60], axis=0)
    learned = SpectralLDA(2, random_state=0, alpha0=0.1).fit(documents)
    by_the_other_word = learned.score(np.array([[1, 1, 0, 0]]))
    by_nothing = learned.score(np.array([[1, 0, 0, 0]]))
    assert by_the_other_word == pytest.approx(2 * np.log(0.5), abs=0.2)
    assert by_nothing == pytest.approx(np.log(0.25), abs=0.02)


def test_the_score_is_a_sum_over_documents_and_the_perplexity_per_token(bars: Callable[[int], Any]) -> None:
    corpus = bars(0)
    learned = SpectralLDA(10, random_state=0).fit(corpus.train)
    parts = learned.score(corpus.test[:100]), learned.score(corpus.test[100:])
    assert learned.score(corpus.test) == pytest.approx(sum(parts))
    tokens = corpus.test.sum()
    assert learned.perplexity(corpus.test) == pytest.approx(np.exp(-sum(parts) / tokens))
    assert learned.perplexity(corpus.test) < 25


def test_documents_without_words_have_no_perplexity(texts: Any) -> None:
    learned = SpectralLDA(2, random_state=0).fit(texts)
    empty = np.zeros((2, texts.shape[1]))
    assert np.isnan(learned.perplexity(empty))
    np.testing.assert_allclose(learned.transform(empty), np.tile(learned.alpha_, (2, 1)))


def test_a_pipeline_takes_texts() -> None:
    pipeline = make_pipeline(CountVectorizer(), SpectralLDA(2, alpha0=0.1, random_state=0))
    mixtures = pipeline.fit_transform(TEXTS)
    strongest = mixtures.argmax(axis=1)
    assert set(strongest[:100]) != set(strongest[100:])
    assert len(set(strongest[:100])) == len(set(strongest[100:])) == 1


def test_a_grid_search_finds_the_number_of_topics(bars: Callable[[int], Any]) -> None:
    corpus = bars(0)
    search = GridSearchCV(SpectralLDA(random_state=0), {"n_components": [2, 10]}, cv=2)
    search.fit(corpus.train)
    assert search.best_params_ == {"n_components": 10}


def test_fractional_values_are_weights_with_a_warning() -> None:
    weights = TfidfVectorizer(norm=None).fit_transform(TEXTS)
    with pytest.warns(UserWarning, match="(?i)fraction"):
        learned = SpectralLDA(2, random_state=0).fit(weights)
    assert np.isfinite(learned.transform(weights)).all()
    assert learned.score(weights) < 0


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_components": 0}, "n_components == 0, must be >= 1"),
        ({"alpha0": -1.0}, "alpha0 must be a positive number"),
        ({"max_restarts": 0}, "max_restarts must be a whole number"),
    ],
)
def test_a_parameter_out_of_range_is_rejected(texts: Any, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SpectralLDA(**parameters).fit(texts)


@pytest.mark.parametrize("verbose", [False, True])
def test_the_steps_of_a_fit_are_printed_on_request(
    bars: Callable[[int], Any], capsys: pytest.CaptureFixture[str], *, verbose: bool
) -> None:
    SpectralLDA(n_components=10, random_state=0, verbose=verbose).fit(bars(0).train)
    printed = capsys.readouterr().out
    assert ("Restart 1/10\n" in printed) is verbose
    assert ("EM iteration 1: validation log-likelihood per word -" in printed) is verbose


def test_documents_without_words_are_rejected() -> None:
    with pytest.raises(ValueError, match="The data show no topics"):
        SpectralLDA(2).fit(np.zeros((3, 4)))


def test_without_scikit_learn_the_error_names_what_to_install() -> None:
    program = "import sys; sys.modules['sklearn.base'] = None; import spectral_lda.estimator"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "spectral_lda.estimator needs scikit-learn" in ran.stderr


def test_the_package_does_not_import_scikit_learn() -> None:
    program = "import sys, spectral_lda; sys.exit('sklearn' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_example_runs() -> None:
    assert doctest.testmod(estimator).failed == 0


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    exec("\n".join(examples), {})  # noqa: S102 -- the page's own programs
    assert load(tmp_path / "model.tar.gz").beta.shape[1] == 8
