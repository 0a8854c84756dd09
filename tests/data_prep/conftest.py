from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Path:
    return GOLDEN


@pytest.fixture
def dense_counts() -> np.ndarray[Any, np.dtype[np.float32]]:
    """The 6 x 25 matrix of the dense golden files; row 2 is all zero."""
    counts: np.ndarray[Any, np.dtype[np.float32]] = np.load(GOLDEN / "expected.npz")["dense"]
    return counts


@pytest.fixture
def sparse_counts() -> Any:
    """The 7 x 40000 matrix of the sparse golden file; row 3 is empty."""
    arrays = np.load(GOLDEN / "expected.npz")
    parts = (arrays["sparse_data"], arrays["sparse_indices"], arrays["sparse_indptr"])
    return sparse.csr_array(parts, shape=(7, 40000))


@pytest.fixture
def corpus() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Twenty documents over nine words, none of them empty."""
    counts: np.ndarray[Any, np.dtype[np.float64]] = (
        np.random.default_rng(3).poisson(0.7, (20, 9)).astype(float)
    )
    counts[:, 0] += 1
    return counts
