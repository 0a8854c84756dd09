"""Several hosts learn the model that one would; the number of cores changes no bit."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from spectral_lda import Settings, fit_observed, parallel
from spectral_lda.counts import FloatArray
from spectral_lda.inference.likelihood import per_word_log_likelihood
from spectral_lda.model import Model
from spectral_lda.workers import of_the_first

ROOT = Path(__file__).parents[2]


class Threads:
    """Hosts that are threads: they meet at a barrier, and each adds up all parts in the order of ranks."""

    def __init__(self, rank: int, shared: list[Any], barrier: threading.Barrier) -> None:
        self.rank, self.count = rank, len(shared)
        self._shared, self._barrier = shared, barrier

    def total(self, array: FloatArray) -> FloatArray:
        self._shared[self.rank] = array
        self._barrier.wait(60)
        total: FloatArray = np.sum(self._shared, axis=0)
        self._barrier.wait(60)
        return total


def fit_on(parts: list[Any], settings: Settings) -> list[tuple[Model, float]]:
    shared: list[Any] = [None] * len(parts)
    barrier = threading.Barrier(len(parts))

    def run(rank: int) -> tuple[Model, float]:
        hosts = Threads(rank, shared, barrier)
        model = fit_observed(parts[rank], settings, lambda _: None, hosts=hosts)
        return model, per_word_log_likelihood(model, parts[rank], hosts)

    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(run, range(len(parts))))


@pytest.mark.parametrize("cuts", [[800], [200, 200, 1100]], ids=["two", "four, one without documents"])
def test_hosts_learn_what_one_learns(bars: Callable[[int], Any], cuts: list[int]) -> None:
    train, settings = bars(0).train, Settings(num_topics=10)
    alone = fit_observed(train, settings, lambda _: None)
    models = fit_on(np.split(train, cuts), settings)
    for model, score in models:
        np.testing.assert_array_equal(model.beta, models[0][0].beta)
        np.testing.assert_allclose(model.beta, alone.beta, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(model.alpha, alone.alpha, rtol=1e-5)
        assert score == pytest.approx(per_word_log_likelihood(alone, train), abs=1e-6)


def test_copies_of_a_document_on_several_hosts_change_nothing(bars: Callable[[int], Any]) -> None:
    train, settings = np.repeat(bars(0).train[:200], 8, axis=0), Settings(num_topics=10)
    alone = fit_observed(train, settings, lambda _: None)
    for model, _ in fit_on([train[::3], train[1::3], train[2::3]], settings):
        np.testing.assert_allclose(model.beta, alone.beta, rtol=1e-4, atol=1e-6)


def test_a_large_vocabulary_is_learned_together() -> None:
    rng = np.random.default_rng(0)
    beta = rng.dirichlet(np.full(1500, 0.05), 5)
    counts = [rng.multinomial(60, rng.dirichlet(np.full(5, 0.2)) @ beta) for _ in range(600)]
    matrix, settings = sparse.csr_array(np.array(counts)), Settings(num_topics=5)
    alone = fit_observed(matrix, settings, lambda _: None)
    for model, _ in fit_on([matrix[:100], matrix[100:]], settings):
        np.testing.assert_allclose(model.beta, alone.beta, rtol=1e-3, atol=1e-6)


def test_the_number_of_cores_changes_no_bit(
    bars: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    models = []
    for cores in (1, 2, 7):
        monkeypatch.setattr(parallel, "cores", lambda cores=cores: cores)
        models.append(fit_observed(bars(0).train, Settings(num_topics=10), lambda _: None))
    for model in models[1:]:
        np.testing.assert_array_equal(model.beta, models[0].beta)
        np.testing.assert_array_equal(model.alpha, models[0].alpha)


def test_the_first_hosts_numbers_are_everyones() -> None:
    shared: list[Any] = [None] * 3
    barrier = threading.Barrier(3)

    def run(rank: int) -> FloatArray:
        return of_the_first(Threads(rank, shared, barrier), np.array([rank + 0.1, -rank]))

    with ThreadPoolExecutor(3) as pool:
        for found in pool.map(run, range(3)):
            np.testing.assert_array_equal(found, [0.1, 0.0])


def test_compiled_now_or_taken_from_the_cache_the_bits_are_the_same(tmp_path: Path) -> None:
    script = """
import hashlib
from data_prep.synthetic import generate_griffiths_data
from spectral_lda import fit
_, _, documents, _ = generate_griffiths_data(num_documents=2000, num_topics=10)
print(hashlib.sha256(fit(documents, 10).beta.tobytes()).hexdigest())
"""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    digests = [
        subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert any(tmp_path.rglob("*.nbc"))
    assert digests[0] == digests[1]
