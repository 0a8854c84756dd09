from pathlib import Path

import numpy as np
import pytest

from data_prep import recordio


@pytest.mark.parametrize(
    ("name", "layout", "dtype", "labelled", "split"),
    [
        ("notebook-dense", "dense", "float32", 0, 0),
        ("sdk-dense-int64", "dense", "int32", 0, 0),
        ("sdk-dense-labels", "dense", "float32", 6, 0),
        ("sdk-sparse", "sparse", "float32", 0, 0),
        ("mxnet-sparse-magic-in-keys", "sparse", "float32", 0, 1),
    ],
)
def test_a_file_is_described(
    golden: Path, name: str, layout: str, dtype: str, labelled: int, split: int
) -> None:
    found = recordio.describe(golden / f"{name}.pbr")
    matrix = recordio.read(golden / f"{name}.pbr")
    assert (found.layout, found.dtype, found.labelled, found.split) == (layout, dtype, labelled, split)
    assert (found.documents, found.feature_dim) == matrix.shape
    assert found.tokens == matrix.sum()
    assert found.nonzeros == (matrix != 0).sum()
    assert found.empty_documents == np.count_nonzero(matrix.sum(axis=1) == 0)


def test_dense_and_sparse_records_together_are_mixed(tmp_path: Path) -> None:
    for number, layout in enumerate(["dense", "sparse"]):
        recordio.write(tmp_path / str(number), np.eye(3), layout=layout)
    both = tmp_path / "both"
    both.write_bytes((tmp_path / "0").read_bytes() + (tmp_path / "1").read_bytes())
    found = recordio.describe(both)
    assert (found.layout, found.documents, found.nonzeros) == ("mixed", 6, 6)


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert recordio.describe(tmp_path / "empty")[:4] == (0, 0, "dense", "float32")
