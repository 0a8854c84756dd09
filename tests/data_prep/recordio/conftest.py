import io
from collections.abc import Callable
from typing import Any

import pytest

from data_prep import recordio


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    """Write to memory and return the bytes."""

    def encode(counts: Any, **options: Any) -> bytes:
        file = io.BytesIO()
        recordio.write(file, counts, **options)
        return file.getvalue()

    return encode


@pytest.fixture
def magic_in_keys() -> Any:
    """One document whose keys hold the RecordIO magic on a 4-byte boundary."""
    from scipy import sparse

    keys = [0, 1, 10, 35, 26455]
    return sparse.coo_array(([1.0] * 5, ([0] * 5, keys)), shape=(1, 40000))
