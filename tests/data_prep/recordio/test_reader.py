import gzip
import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep import recordio
from data_prep.recordio import RecordIOError
from data_prep.recordio.framing import frame
from data_prep.recordio.schema import Record

Encode = Callable[..., bytes]
pytestmark = pytest.mark.filterwarnings("ignore::data_prep.recordio.EmptyDocumentWarning")


def record(
    values: Any, *, keys: Any = (), shape: Any = (), kind: str = "float32_tensor", uid: str = ""
) -> bytes:
    """One record as protobuf itself writes it, in a frame."""
    message = Record()
    tensor = getattr(message.features["values"], kind)
    tensor.values.extend(values)
    tensor.keys.extend(keys)
    tensor.shape.extend(shape)
    if uid:
        message.uid = uid
    return frame(message.SerializeToString())


def read(content: bytes) -> Any:
    return recordio.read(io.BytesIO(content))


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("notebook-dense", "float32"),
        ("sdk-dense-float32", "float32"),
        ("sdk-dense-float64", "float64"),
        ("sdk-dense-int64", "int32"),
        ("sdk-dense-labels", "float32"),
    ],
)
def test_dense_files_of_every_writer_are_read(golden: Path, dense_counts: Any, name: str, dtype: str) -> None:
    counts = recordio.read(golden / f"{name}.pbr")
    assert counts.dtype == dtype
    assert np.array_equal(counts, dense_counts)


def test_a_sparse_file_becomes_a_canonical_csr_array(golden: Path, sparse_counts: Any) -> None:
    counts = recordio.read(golden / "sdk-sparse.pbr")
    assert isinstance(counts, sparse.csr_array)
    assert counts.dtype == np.float32
    assert counts.has_canonical_format
    assert (counts.indptr.tolist(), counts.indices.tolist(), counts.data.tolist()) == (
        sparse_counts.indptr.tolist(),
        sparse_counts.indices.tolist(),
        sparse_counts.data.tolist(),
    )


@pytest.mark.parametrize("writer", ["sdk", "mxnet"])
def test_records_that_hold_the_magic_are_read_whole_and_split(
    golden: Path, magic_in_keys: Any, writer: str
) -> None:
    counts = recordio.read(golden / f"{writer}-sparse-magic-in-keys.pbr")
    assert (counts != magic_in_keys.tocsr()).nnz == 0


def test_the_result_is_writable(encoded: Encode) -> None:
    read(encoded(np.ones((2, 3)), layout="dense"))[0, 0] = 5


def test_no_records_make_an_empty_matrix() -> None:
    assert read(b"").shape == (0, 0)
    assert list(recordio.iter_records(io.BytesIO(b""))) == []


def test_one_empty_document_over_no_words_is_read() -> None:
    assert read(record([])).shape == (1, 0)


def test_the_last_columns_may_be_unused() -> None:
    counts = sparse.csr_array((np.ones(2), [0, 3], [0, 1, 2]), shape=(2, 1000))
    file = io.BytesIO()
    recordio.write(file, counts)
    assert read(file.getvalue()).shape == (2, 1000)


def test_keys_in_any_order_become_sorted_and_unique() -> None:
    counts = read(record([6, 5, 1], keys=[2, 0, 2], shape=[3]))
    assert (counts.indices.tolist(), counts.data.tolist()) == ([0, 2], [5, 7])


def test_a_varint_beyond_the_end_of_its_field_is_refused() -> None:
    tensor = b"\x0a\x04" + struct.pack("<f", 1) + b"\x12\x01\x00" + b"\x1a\x01\x80\x01"
    value = b"\x12" + bytes([len(tensor)]) + tensor
    entry = b"\x0a\x06values\x12" + bytes([len(value)]) + value
    with pytest.raises(RecordIOError, match="not a protobuf record"):
        read(frame(b"\x0a" + bytes([len(entry)]) + entry))


def test_a_vocabulary_may_be_larger_than_any_memory() -> None:
    counts = read(record([1, 2], keys=[3, 2**40], shape=[2**41]))
    assert counts.shape == (1, 2**41)
    assert counts.indices.tolist() == [3, 2**40]


def test_a_gzip_file_is_read_by_its_path(tmp_path: Path, encoded: Encode) -> None:
    counts = np.arange(6).reshape(2, 3)
    file = tmp_path / "counts.pbr.gz"
    file.write_bytes(gzip.compress(encoded(counts)))
    assert np.array_equal(recordio.read(file), counts)
    assert len(list(recordio.iter_records(file))) == 2


def test_gzip_in_a_stream_is_an_error_that_names_it(encoded: Encode) -> None:
    with pytest.raises(RecordIOError, match="record 0 at byte 0: this is gzip"):
        read(gzip.compress(encoded(np.ones((2, 3)))))


def test_a_damaged_gzip_file_is_an_error_that_names_it(tmp_path: Path, encoded: Encode) -> None:
    file = tmp_path / "cut.pbr.gz"
    file.write_bytes(gzip.compress(encoded(np.ones((2, 3))))[:-12])
    with pytest.raises(RecordIOError, match=r"cut\.pbr\.gz: the gzip file is damaged"):
        recordio.read(file)


def test_valid_records_that_no_known_writer_makes_are_read() -> None:
    content = b"".join(
        [
            record([1, 0, 2], shape=[3]),
            record([3, 0, 0], kind="float64_tensor"),
            record([0, 4, 0], kind="int32_tensor", uid="a"),
            record([6, 5], keys=[2, 0], shape=[3]),
            record([1, 1], keys=[1, 1], shape=[3], uid="b"),
            record([], shape=[3]),
        ]
    )
    counts = read(content)
    assert counts.dtype == np.float64
    assert counts.toarray().tolist() == [[1, 0, 2], [3, 0, 0], [0, 4, 0], [5, 0, 6], [0, 2, 0], [0, 0, 0]]


def test_unpacked_and_permuted_fields_are_read() -> None:
    one, two = struct.pack("<f", 1), struct.pack("<f", 2)
    tensor = b"\x18\x03" + b"\x0d" + one + b"\x10\x00" + b"\x0d" + two + b"\x10\x02"
    value = b"\x12" + bytes([len(tensor)]) + tensor
    entry = b"\x12" + bytes([len(value)]) + value + b"\x0a\x06values"
    counts = read(frame(b"\x0a" + bytes([len(entry)]) + entry))
    assert counts.toarray().tolist() == [[1, 0, 2]]


def test_iter_records_yields_every_field_of_a_record(golden: Path, dense_counts: Any) -> None:
    records = list(recordio.iter_records(golden / "sdk-dense-labels.pbr"))
    assert [float(r.labels["values"].values[0]) for r in records] == [0, 1, 2, 3, 4, 5]
    assert np.array_equal([r.features["values"].values for r in records], dense_counts)
    sparse_record = next(iter(recordio.iter_records(golden / "sdk-sparse-magic-in-keys.pbr")))
    assert sparse_record.features["values"].keys.tolist() == [0, 1, 10, 35, 26455]
    assert sparse_record.features["values"].shape == (40000,)
    assert next(iter(recordio.iter_records(io.BytesIO(record([1], uid="x"))))).uid == "x"


GOOD = record([1, 2, 3], shape=[3])
WRONG = {
    "cut in a record": (
        GOOD + GOOD[:-5],
        "record 1 at byte 40: the record has 31 bytes, but .* 5 bytes too early",
    ),
    "cut after a header": (GOOD + GOOD[:8], "record 1 at byte 40: .* 32 bytes too early"),
    "trailing bytes": (GOOD + b"\0\0\0", "record 1 at byte 40: .* only 3 bytes are left"),
    "wrong magic": (GOOD + b"abcd" + GOOD[4:], "record 1 at byte 40: .*0a 23 d7 ce, not with 61 62 63 64"),
    "no first part": (frame(b"x", 3), "record 0 at byte 0: part 3 .* out of order"),
    "no last part": (GOOD + frame(b"x", 1), "record 1 at byte 40: .*last part"),
    "whole inside parts": (frame(b"x", 1) + GOOD, "record 0 at byte 12: part 0 .* out of order"),
    "unknown part": (frame(b"x", 5), "record 0 at byte 0: part 5 .* out of order"),
    "no protobuf": (frame(b"\xff\xff"), "record 0 at byte 0: this is not a protobuf record"),
    "nothing": (frame(b""), 'record 0 at byte 0: the record has no feature named "values"'),
    "other width": (
        GOOD + record([1], shape=[1]),
        "record 1 at byte 40: it is over 1 words, but record 0 is over 3",
    ),
    "wrong shape": (record([1, 2], shape=[3]), "2 values don't fill the shape 3"),
    "two dimensions": (record([1, 2], shape=[1, 2]), "one dimension"),
    "key outside": (record([1], keys=[3], shape=[3]), "key 3 is outside a vocabulary of 3 words"),
    "key of 64 bits": (record([1], keys=[2**63 + 1], shape=[3]), "key 9223372036854775809 is outside"),
    "sparse without shape": (record([1], keys=[0]), "a sparse document needs the shape"),
    "more keys than values": (record([1], keys=[0, 1], shape=[3]), "2 keys don't go with 1 values"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_bytes_are_refused_with_record_and_byte(case: str) -> None:
    content, message = WRONG[case]
    with pytest.raises(RecordIOError, match=message):
        read(content)


@pytest.mark.parametrize("case", list(WRONG)[:10])
def test_iter_records_refuses_the_same_bytes_with_the_same_message(case: str) -> None:
    content, message = WRONG[case]
    if case != "nothing":  # a record without features is a record, but no document
        with pytest.raises(RecordIOError, match=message):
            list(recordio.iter_records(io.BytesIO(content)))


def test_tensors_without_numbers_are_refused() -> None:
    message = Record()
    message.features["values"].bytes.value.append(b"a picture")
    with pytest.raises(RecordIOError, match="feature 'values': numbers are needed, not bytes"):
        read(frame(message.SerializeToString()))


def test_errors_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "shard.pbr"
    file.write_bytes(b"nonsense")
    with pytest.raises(RecordIOError, match=r"shard\.pbr, record 0 at byte 0"):
        recordio.read(file)


def test_a_text_file_is_refused() -> None:
    with pytest.raises(RecordIOError, match='"rb"'):
        recordio.read(io.StringIO("text"))  # type: ignore[arg-type]  # the mistake that is tested


def test_an_announced_length_is_not_allocated_before_its_bytes_are_seen() -> None:
    class Counting(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.largest = max(self.largest, size or 0)
            return super().read(size)

    source = Counting(struct.pack("<II", 0xCED7230A, 2**29 - 1) + b"short")
    with pytest.raises(RecordIOError, match="too early"):
        list(recordio.iter_records(source))
    assert source.largest <= 2**20
