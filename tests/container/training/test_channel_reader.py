"""Reading a channel: the formats, the input modes, and each host's share of the documents."""

import gzip
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from container.contract.channels import Channel
from container.contract.content_types import CSV
from container.contract.errors import ClientError
from container.contract.paths import Paths
from container.training import channel_reader
from container.training.channel_reader import read_channel
from data_prep import recordio
from spectral_lda.workers import SINGLE_WORKER

TRAIN = Channel(name="train")
PIPED = Channel(name="train", piped=True)


class Worker:
    """One of several workers, as far as reading needs it."""

    def __init__(self, rank: int, count: int) -> None:
        self.rank = rank
        self.count = count

    @staticmethod
    def all_reduce_sum(array: Any) -> Any:
        return array


def dense(documents: channel_reader.Documents) -> Any:
    return np.concatenate([shard.toarray() for shard in documents.shards])


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path)
    paths.channel("train").mkdir(parents=True)
    return paths


def write_every_format(folder: Path, counts: Any) -> None:
    """As dense and sparse float32, float64 without a shape, and int32, in the order of the names."""
    recordio.write(folder / "a.pbr", counts[:10], layout="dense")
    recordio.write(folder / "b.pbr", sparse.csr_array(counts[10:20]), layout="sparse")
    (folder / "c.pbr").write_bytes(b"".join(_record(row, 3, "<f8") for row in counts[20:30]))
    (folder / "d.pbr").write_bytes(b"".join(_record(row, 7, "<i4") for row in counts[30:]))


def _record(row: Any, tensor_field: int, dtype: str) -> bytes:
    """One framed record without a shape: the tensor with packed values, in the record's map of features."""
    varints = bytes(int(value) for value in row)  # of one byte each
    values = varints if dtype == "<i4" else row.astype(dtype).tobytes()
    tensor = b"\x0a" + bytes([len(values)]) + values
    value = bytes([tensor_field << 3 | 2, len(tensor)]) + tensor
    entry = b"\x0a\x06values\x12" + bytes([len(value)]) + value
    content = b"\x0a" + bytes([len(entry)]) + entry
    head = (0xCED7230A).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    return head + content + bytes(-len(content) % 4)


def test_files_of_every_format_are_read_in_the_order_of_their_names(paths: Paths, counts: Any) -> None:
    write_every_format(paths.channel("train"), counts)
    documents = read_channel(paths, TRAIN, 4, SINGLE_WORKER)
    np.testing.assert_array_equal(dense(documents), counts)
    assert (documents.files, documents.count) == (4, 60)


def test_many_documents_stay_in_several_shards(
    paths: Paths, counts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_reader, "SHARD_NONZEROS", 50)
    write_every_format(paths.channel("train"), counts)
    documents = read_channel(paths, TRAIN, 4, SINGLE_WORKER)
    assert len(documents.shards) > 1
    np.testing.assert_array_equal(dense(documents), counts)


Write = Callable[[str, bytes], None]


@pytest.fixture
def fifo(paths: Paths) -> Iterator[Write]:
    """Make the FIFO of a channel's first epoch, and write into it when it is opened."""
    writers: list[threading.Thread] = []

    def make(name: str, content: bytes) -> None:
        path = paths.fifo(name, 0)
        os.mkfifo(path)
        writers.append(threading.Thread(target=path.write_bytes, args=(content,), daemon=True))
        writers[-1].start()

    yield make
    for writer in writers:
        writer.join(10)
        assert not writer.is_alive()


def test_pipe_mode_reads_the_first_epoch_to_its_end(
    paths: Paths, counts: Any, fifo: Write, tmp_path: Path
) -> None:
    write_every_format(tmp_path, counts)
    shards = [path.read_bytes() for path in sorted(tmp_path.glob("*.pbr"))]
    fifo("train", b"".join(shards))
    documents = read_channel(paths, PIPED, 4, SINGLE_WORKER)
    np.testing.assert_array_equal(dense(documents), counts)


def test_a_fifo_may_be_created_after_the_start(paths: Paths, counts: Any, fifo: Write) -> None:
    path = paths.base / "part.pbr"
    recordio.write(path, counts)
    late = threading.Timer(0.3, fifo, ("train", path.read_bytes()))
    late.start()
    assert read_channel(paths, PIPED, 4, SINGLE_WORKER).count == 60
    late.join()


def test_a_fifo_with_other_content_is_a_client_error(paths: Paths, fifo: Write) -> None:
    fifo("train", b"1,0,2,1\n")
    with pytest.raises(ClientError, match=r"train_0, record 0 at byte 0: a record begins with"):
        read_channel(paths, PIPED, 4, SINGLE_WORKER)


@pytest.mark.parametrize("files", [1, 2, 5])
@pytest.mark.parametrize("piped", [False, True])
def test_hosts_divide_replicated_files_without_overlap(
    paths: Paths, counts: Any, fifo: Write, files: int, *, piped: bool
) -> None:
    for number, part in enumerate(np.array_split(counts, files)):
        recordio.write(paths.channel("train") / f"{number}.pbr", part)
    found = []
    for rank in range(3):
        if piped:
            written = sorted(paths.channel("train").iterdir())
            paths.fifo("train", 0).unlink(missing_ok=True)
            fifo("train", b"".join(path.read_bytes() for path in written))
        channel = Channel(name="train", piped=piped)
        found.append(dense(read_channel(paths, channel, 4, Worker(rank, 3))))
    assert all(len(part) for part in found)
    together = np.concatenate(found)
    np.testing.assert_array_equal(together[np.lexsort(together.T)], counts[np.lexsort(counts.T)])


def test_hosts_divide_small_parts_evenly(counts: Any) -> None:
    parts = [sparse.csr_array(row[None]) for row in counts]
    shares = [sum(part.shape[0] for part in channel_reader._every_nth(parts, rank, 3)) for rank in range(3)]
    assert shares == [20, 20, 20]


def test_a_host_reads_all_of_its_files_of_a_sharded_channel(paths: Paths, counts: Any) -> None:
    recordio.write(paths.channel("train") / "part.pbr", counts)
    channel = Channel(name="train", sharded=True)
    assert read_channel(paths, channel, 4, Worker(1, 3)).count == 60


def test_a_host_without_files_has_no_documents(tmp_path: Path) -> None:
    documents = read_channel(Paths(tmp_path), Channel(name="train", sharded=True), 4, Worker(2, 3))
    assert (documents.count, documents.files) == (0, 0)


def test_an_invalid_count_late_in_a_file_is_located(paths: Paths) -> None:
    wrong = np.ones((30_000, 50), np.float32)
    wrong[29_000, 7] = 0.5
    recordio.write(paths.channel("train") / "part.pbr", wrong)
    with pytest.raises(ClientError, match=r"part\.pbr: The count 0\.5 in row 29000, column 7 is not a whole"):
        read_channel(paths, Channel(name="train"), 50, SINGLE_WORKER)


@pytest.mark.parametrize("content", [gzip.compress(b"1,0,2,1\n"), "1,0,2,1\n".encode("utf-16")])
def test_csv_that_is_not_utf_8_is_a_client_error(paths: Paths, content: bytes) -> None:
    (paths.channel("train") / "part.csv").write_bytes(content)
    with pytest.raises(ClientError, match=r"part\.csv: CSV must be UTF-8 text, neither"):
        read_channel(paths, Channel(name="train", content_type=CSV), 4, SINGLE_WORKER)
