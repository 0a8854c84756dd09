"""Corpora that are written and read in chunks."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep import recordio
from data_prep.recordio import EmptyDocumentWarning, RecordIOError, frame_reader
from data_prep.recordio.framing import HEADER, MAGIC

Encode = Callable[..., bytes]


def as_array(matrix: Any) -> Any:
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()


def in_chunks(counts: Any, rows: int) -> Any:
    return (counts[start : start + rows] for start in range(0, counts.shape[0], rows))


@pytest.fixture
def counts() -> Any:
    return np.random.default_rng(5).poisson(2, (50, 7)).astype(np.float32) + 1


@pytest.fixture
def small_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_reader, "_READ_BYTES", 16)


@pytest.mark.parametrize("layout", ["auto", "dense", "sparse"])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, sparse.coo_array])
def test_chunks_make_the_same_bytes_as_the_whole(
    encoded: Encode, counts: Any, layout: str, make: Any
) -> None:
    chunks = (make(chunk) for chunk in in_chunks(counts, 8))
    labels = np.arange(50)
    assert encoded(chunks, layout=layout, labels=labels) == encoded(counts, layout=layout, labels=labels)


def test_rows_are_numbered_across_chunks(encoded: Encode, counts: Any) -> None:
    counts[42, 3] = np.nan
    with pytest.raises(RecordIOError, match="row 42, column 3"):
        encoded(in_chunks(counts, 8))
    counts[[3, 42]] = 0
    with pytest.warns(EmptyDocumentWarning, match=r"2 of 50 documents are empty \(row 3, 42\)"):
        encoded(in_chunks(counts, 8))


def test_chunks_over_different_words_are_refused(encoded: Encode) -> None:
    with pytest.raises(RecordIOError, match="Chunk 1 is over 3 words, but chunk 0 is over 2"):
        encoded(iter([np.ones((1, 2)), np.ones((1, 3))]))


@pytest.mark.parametrize("number", [49, 51])
def test_labels_must_be_as_many_as_the_documents_of_all_chunks(
    encoded: Encode, counts: Any, number: int
) -> None:
    with pytest.raises(RecordIOError, match="documents need as many numbers for labels"):
        encoded(in_chunks(counts, 8), labels=np.ones(number))


def test_no_chunks_make_an_empty_file(encoded: Encode) -> None:
    assert encoded(iter([])) == b""


def test_a_memory_mapped_array_is_written(tmp_path: Path, encoded: Encode, counts: Any) -> None:
    np.save(tmp_path / "counts.npy", counts)
    mapped = np.load(tmp_path / "counts.npy", mmap_mode="r")
    assert encoded(mapped) == encoded(counts)


@pytest.mark.parametrize("layout", ["dense", "sparse"])
@pytest.mark.usefixtures("small_buffer")
def test_the_chunks_of_a_file_make_its_matrix(encoded: Encode, counts: Any, layout: str) -> None:
    content = encoded(counts, layout=layout)
    chunks = list(recordio.iter_chunks(io.BytesIO(content)))
    assert len(chunks) > 10
    assert np.array_equal(np.concatenate([as_array(chunk) for chunk in chunks]), counts)
    assert encoded(iter(chunks), layout=layout) == content


@pytest.mark.usefixtures("small_buffer")
@pytest.mark.parametrize(
    "name",
    ["notebook-dense", "sdk-dense-labels", "sdk-dense-int64", "sdk-sparse", "mxnet-sparse-magic-in-keys"],
)
def test_the_size_of_the_read_buffer_makes_no_difference(golden: Path, name: str) -> None:
    file = golden / f"{name}.pbr"
    read = recordio.read(file)
    content = file.read_bytes() * 3
    joined = recordio.read(io.BytesIO(content))
    assert joined.dtype == read.dtype
    thrice = np.concatenate([as_array(read)] * 3)
    assert np.array_equal(as_array(joined), thrice)
    assert len(list(recordio.iter_records(io.BytesIO(content)))) == len(thrice)


@pytest.mark.usefixtures("small_buffer")
@pytest.mark.parametrize("name", ["sdk-dense-float32.pbr", "sdk-sparse.pbr", "mxnet-split.rec"])
def test_a_file_truncated_at_any_byte_is_refused_or_holds_whole_records(golden: Path, name: str) -> None:
    content = (golden / name).read_bytes()
    ends = record_ends(content)
    for cut in range(len(content)):
        if cut in ends:
            assert len(list(whole_records(content[:cut]))) == ends.index(cut)
        else:
            with pytest.raises(RecordIOError, match=r"record \d+ at byte \d+"):
                list(whole_records(content[:cut]))


def whole_records(content: bytes) -> Iterator[bytes]:
    for frames in frame_reader.read_frames(io.BytesIO(content), "here"):
        yield from (frames.payload(record) for record in range(len(frames.starts)))


def record_ends(content: bytes) -> list[int]:
    ends, at = [0], 0
    while at < len(content):
        word = HEADER.unpack_from(content, at)[1]
        at += 8 + ((word & (2**29 - 1)) + 3) // 4 * 4
        if word >> 29 in {0, 3}:
            ends.append(at)
    return ends


def test_an_announced_length_alone_allocates_no_memory() -> None:
    import tracemalloc

    content = HEADER.pack(MAGIC, 2**29 - 1) + b"x" * 100
    tracemalloc.start()
    try:
        with pytest.raises(RecordIOError, match="536870911 bytes, but the file ends"):
            recordio.read(io.BytesIO(content))
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


def test_a_long_stream_is_read_and_written_in_bounded_memory() -> None:
    import tracemalloc

    class Sink(io.RawIOBase):
        def write(self, content: Any) -> int:
            return len(content)

    chunk = np.ones((1000, 1000), np.float32)
    tracemalloc.start()
    try:
        recordio.write(Sink(), (chunk for _ in range(30)))  # type: ignore[arg-type]  # a raw file takes bytes too
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
