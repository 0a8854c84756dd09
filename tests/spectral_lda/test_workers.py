"""Several workers learn the model of a single one; the number of cores changes no bit."""

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
from spectral_lda.model import Model, per_word_log_likelihood
from spectral_lda.workers import broadcast

ROOT = Path(__file__).parents[2]


class ThreadWorkers:
    """Workers that are threads: they wait at a barrier, and each adds all parts in the order of the ranks."""

    def __init__(self, rank: int, shared: list[Any], barrier: threading.Barrier) -> None:
        self.rank, self.count = rank, len(shared)
        self._shared, self._barrier = shared, barrier

    def all_reduce_sum(self, array: FloatArray) -> FloatArray:
        self._shared[self.rank] = array
        self._barrier.wait(60)
        total: FloatArray = np.sum(self._shared, axis=0)
        self._barrier.wait(60)
        return total


def fit_on(parts: list[Any], settings: Settings) -> list[tuple[Model, float]]:
    shared: list[Any] = [None] * len(parts)
    barrier = threading.Barrier(len(parts))

    def run(rank: int) -> tuple[Model, float]:
        workers = ThreadWorkers(rank, shared, barrier)
        model = fit_observed(parts[rank], settings, lambda _: None, workers=workers)
        return model, per_word_log_likelihood(model, parts[rank], workers)

    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(run, range(len(parts))))


@pytest.mark.parametrize("cuts", [[800], [200, 200, 1100]], ids=["two", "four, one without documents"])
def test_workers_learn_the_model_of_a_single_worker(bars: Callable[[int], Any], cuts: list[int]) -> None:
    train, settings = bars(0).train, Settings(num_topics=10)
    single = fit_observed(train, settings, lambda _: None)
    models = fit_on(np.split(train, cuts), settings)
    for model, score in models:
        np.testing.assert_array_equal(model.beta, models[0][0].beta)
        np.testing.assert_allclose(model.beta, single.beta, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(model.alpha, single.alpha, rtol=1e-5)
        assert score == pytest.approx(per_word_log_likelihood(single, train), abs=1e-6)


def test_copies_of_a_document_on_several_workers_change_nothing(bars: Callable[[int], Any]) -> None:
    train, settings = np.repeat(bars(0).train[:200], 8, axis=0), Settings(num_topics=10)
    single = fit_observed(train, settings, lambda _: None)
    for model, _ in fit_on([train[::3], train[1::3], train[2::3]], settings):
        np.testing.assert_allclose(model.beta, single.beta, rtol=1e-4, atol=1e-6)


def test_workers_learn_from_a_large_vocabulary() -> None:
    rng = np.random.default_rng(0)
    beta = rng.dirichlet(np.full(1500, 0.05), 5)
    counts = [rng.multinomial(60, rng.dirichlet(np.full(5, 0.2)) @ beta) for _ in range(600)]
    matrix, settings = sparse.csr_array(np.array(counts)), Settings(num_topics=5)
    single = fit_observed(matrix, settings, lambda _: None)
    for model, _ in fit_on([matrix[:100], matrix[100:]], settings):
        np.testing.assert_allclose(model.beta, single.beta, rtol=1e-3, atol=1e-6)


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


def test_broadcast_returns_the_first_workers_array_on_every_worker() -> None:
    shared: list[Any] = [None] * 3
    barrier = threading.Barrier(3)

    def run(rank: int) -> FloatArray:
        return broadcast(ThreadWorkers(rank, shared, barrier), np.array([rank + 0.1, -rank]))

    with ThreadPoolExecutor(3) as pool:
        for found in pool.map(run, range(3)):
            np.testing.assert_array_equal(found, [0.1, 0.0])


def test_compiled_and_cached_code_give_the_same_bits(tmp_path: Path) -> None:
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
