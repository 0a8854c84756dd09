import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep import recordio
from data_prep.recordio import EmptyDocumentWarning, RecordIOError

Encode = Callable[..., bytes]
pytestmark = pytest.mark.filterwarnings("ignore::data_prep.recordio.EmptyDocumentWarning")


def test_dense_records_are_the_notebooks_byte_for_byte(
    encoded: Encode, golden: Path, dense_counts: Any
) -> None:
    assert encoded(dense_counts, layout="dense") == (golden / "notebook-dense.pbr").read_bytes()


def test_without_shape_dense_records_are_the_sdks(encoded: Encode, golden: Path, dense_counts: Any) -> None:
    expected = (golden / "sdk-dense-float32.pbr").read_bytes()
    assert encoded(dense_counts, layout="dense", shape=False) == expected


def test_labels_are_written_as_the_sdk_writes_them(encoded: Encode, golden: Path, dense_counts: Any) -> None:
    expected = (golden / "sdk-dense-labels.pbr").read_bytes()
    assert encoded(dense_counts, labels=np.arange(6), layout="dense", shape=False) == expected


def test_sparse_records_are_the_sdks(encoded: Encode, golden: Path, sparse_counts: Any) -> None:
    assert encoded(sparse_counts) == (golden / "sdk-sparse.pbr").read_bytes()


def test_the_smallest_record_is_the_documented_one(encoded: Encode) -> None:
    record = "0a1d0a0676616c756573121312110a0c0000803f00000000000000401a0103"
    assert encoded(np.array([[1, 0, 2]]), layout="dense")[8:39].hex() == record


def test_records_are_written_whole_unless_multipart_is_set(
    encoded: Encode, golden: Path, magic_in_keys: Any
) -> None:
    assert encoded(magic_in_keys) == (golden / "sdk-sparse-magic-in-keys.pbr").read_bytes()
    expected = (golden / "mxnet-sparse-magic-in-keys.pbr").read_bytes()
    assert encoded(magic_in_keys, multipart=True) == expected


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "u1", ">i2", "<u2", ">i4", "u4", "i8", ">u8", "f2", ">f4", ">f8", "g"]
)
@pytest.mark.parametrize("layout", ["dense", "sparse"])
def test_every_dtype_and_byte_order_makes_the_same_bytes(encoded: Encode, dtype: str, layout: str) -> None:
    counts = np.array([[0, 1, 1], [1, 0, 0]])
    assert encoded(counts.astype(dtype), layout=layout) == encoded(counts.astype("f4"), layout=layout)


@pytest.mark.parametrize(
    "make",
    [
        getattr(sparse, f"{f}_{k}")
        for f in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")
        for k in ("array", "matrix")
    ],
)
@pytest.mark.parametrize("layout", ["dense", "sparse"])
def test_every_sparse_format_makes_the_same_bytes(encoded: Encode, make: Any, layout: str) -> None:
    counts = np.array([[0, 3, 0, 1], [2, 0, 0, 0], [0, 0, 0, 7.0]])
    assert encoded(make(counts), layout=layout) == encoded(counts, layout=layout)


@pytest.mark.parametrize("dtype", [">f4", ">i8", "u1", "?"])
def test_sparse_values_of_any_dtype_and_byte_order_are_written(encoded: Encode, dtype: str) -> None:
    values = np.ones(3, dtype)
    counts = sparse.csr_array((values, [1, 0, 2], [0, 1, 3]), shape=(2, 4))
    assert encoded(counts) == encoded(np.array([[0, 1, 0, 0], [1, 0, 1, 0]]), layout="sparse")


def test_fortran_order_and_strides_make_no_difference(encoded: Encode) -> None:
    counts = np.arange(24.0).reshape(4, 6)
    assert encoded(np.asfortranarray(counts)) == encoded(counts)
    assert encoded(counts[::2, ::-1]) == encoded(counts[::2, ::-1].copy())


def test_unsorted_keys_are_sorted_and_duplicates_summed_without_wrapping(encoded: Encode) -> None:
    values = np.array([200, 100, 5], np.uint8)
    counts = sparse.csr_array((values, [2, 2, 0], [0, 3]), shape=(1, 3))
    assert encoded(counts, layout="sparse") == encoded(np.array([[5, 0, 300]]), layout="sparse")
    assert counts.indices.tolist() == [2, 2, 0]


def test_stored_zeros_are_not_written(encoded: Encode) -> None:
    counts = sparse.csr_array((np.array([0.0, 4.0]), [0, 2], [0, 2]), shape=(1, 3))
    assert encoded(counts, layout="sparse") == encoded(np.array([[0, 0, 4]]), layout="sparse")


@pytest.mark.parametrize("density", [0.0, 0.3, 0.55, 0.62, 0.7, 0.8, 1.0])
@pytest.mark.parametrize("width", [1, 25, 200])
@pytest.mark.parametrize("labelled", [False, True])
def test_auto_takes_the_smaller_layout(encoded: Encode, density: float, width: int, labelled: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    random = np.random.default_rng(0)
    counts = (random.random((50, width)) < density) * 2.0
    labels = np.ones(50) if labelled else None
    sizes = [len(encoded(counts, labels=labels, layout=layout)) for layout in ("dense", "sparse")]
    assert len(encoded(counts, labels=labels)) == min(sizes)
    assert len(encoded(sparse.csr_array(counts), labels=labels)) == min(sizes)


def test_auto_weighs_all_blocks_of_a_large_matrix(encoded: Encode) -> None:
    counts = np.ones((30_000, 25), np.float32)
    assert len(encoded(counts)) == len(encoded(counts, layout="dense"))
    counts[:15_000, 1:] = 0
    counts[15_000:, 3:] = 0
    assert len(encoded(counts)) == len(encoded(counts, layout="sparse"))


@pytest.mark.parametrize("shape", [(0, 0), (0, 7), (3, 0)])
@pytest.mark.parametrize("layout", ["auto", "dense", "sparse"])
def test_a_matrix_without_rows_or_columns_is_valid(
    encoded: Encode, shape: tuple[int, int], layout: str
) -> None:
    content = encoded(np.zeros(shape), layout=layout)
    assert (content == b"") == (shape[0] == 0)
    assert recordio.read(io.BytesIO(content)).shape == (shape[0], shape[1] if shape[0] else 0)


def test_empty_documents_are_a_warning_that_names_rows(encoded: Encode) -> None:
    with pytest.warns(EmptyDocumentWarning, match=r"^2 of 3 documents are empty \(row 0, 2\)"):
        encoded(np.array([[0, 0], [1, 0], [0, 0]]))
    with pytest.warns(EmptyDocumentWarning, match="row 0, 1, 2, 3, 4, ..."):
        encoded(sparse.csr_array((9, 4)))


def test_a_path_retains_its_former_content_when_the_counts_are_invalid(tmp_path: Path) -> None:
    file = tmp_path / "counts.pbr"
    recordio.write(file, np.ones((2, 2)))
    former = file.read_bytes()
    bad = np.ones((200_000, 2))
    bad[-1, -1] = np.nan
    with pytest.raises(RecordIOError):
        recordio.write(file, bad)
    assert file.read_bytes() == former
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_object_with_partial_writes_gets_everything(encoded: Encode) -> None:
    class Slow(io.BytesIO):
        def write(self, content: Any) -> int:
            return super().write(bytes(content[:1000]))

    file, counts = Slow(), np.ones((100, 25))
    recordio.write(file, counts)
    assert file.getvalue() == encoded(counts)


def test_a_text_file_is_refused() -> None:
    with pytest.raises(RecordIOError, match='"wb"'):
        recordio.write(io.StringIO(), np.ones((1, 1)))  # type: ignore[arg-type]  # the mistake that is tested


def test_answers_hold_their_numbers_under_a_label_and_no_features() -> None:
    file = io.BytesIO()
    rows = np.array([[0.25, 0.75], [0, 1]], np.float32)
    recordio.write_labels(file, rows, key="topic_mixture")
    file.seek(0)
    records = list(recordio.iter_records(file))
    assert [record.features for record in records] == [{}, {}]
    assert np.array_equal([record.labels["topic_mixture"].values for record in records], rows)
    assert file.getvalue()[8:].startswith(b"\x12\x1d\x0a\x0dtopic_mixture\x12\x0c\x12\x0a\x0a\x08")
