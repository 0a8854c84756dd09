"""Products computed in runs equal those computed at once."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectral_lda.spectral.dense_products import MAX_RUNS, MIN_ROWS, inner, runs, times


@given(words=st.integers(1, 10 * MIN_ROWS))
def test_runs_contain_every_word_once_and_are_neither_many_nor_short(words: int) -> None:
    found = [range(words)[run] for run in runs(words)]
    assert list(chain(*found)) == list(range(words))
    assert len(found) <= MAX_RUNS
    assert len(found) == 1 or len(found[0]) >= MIN_ROWS


@pytest.mark.parametrize("words", [1, 1000, 5000, 20_000])
def test_products_equal_numpys(words: int) -> None:
    generator = np.random.default_rng(words)
    left, right = generator.standard_normal((words, 3)), generator.standard_normal((words, 5))
    small = generator.standard_normal((3, 4))
    np.testing.assert_allclose(inner(left, right), left.T @ right, atol=1e-9)
    np.testing.assert_allclose(times(left, small), left @ small, atol=1e-12)
