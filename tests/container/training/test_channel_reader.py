"""What a host reads of a channel: the formats, the modes, and its part of the documents."""

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
from container.contract.paths import Folders
from container.training import channel_reader
from container.training.channel_reader import read_channel
from data_prep import recordio
from spectral_lda.workers import ALONE

TRAIN = Channel(name="train")
PIPED = Channel(name="train", piped=True)


class Host:
    """One of several hosts, for reading alone."""

    def __init__(self, rank: int, count: int) -> None:
        self.rank = rank
        self.count = count

    @staticmethod
    def total(array: Any) -> Any:
        return array


def dense(documents: channel_reader.Documents) -> Any:
    return np.concatenate([shard.toarray() for shard in documents.shards])


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders(tmp_path)
    folders.channel("train").mkdir(parents=True)
    return folders


def write_every_form(folder: Path, counts: Any) -> None:
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


def test_shards_of_every_form_are_read_in_the_order_of_their_names(folders: Folders, counts: Any) -> None:
    write_every_form(folders.channel("train"), counts)
    documents = read_channel(folders, TRAIN, 4, ALONE)
    np.testing.assert_array_equal(dense(documents), counts)
    assert (documents.files, documents.count) == (4, 60)


def test_many_documents_stay_in_several_shards(
    folders: Folders, counts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_reader, "SHARD_ENTRIES", 50)
    write_every_form(folders.channel("train"), counts)
    documents = read_channel(folders, TRAIN, 4, ALONE)
    assert len(documents.shards) > 1
    np.testing.assert_array_equal(dense(documents), counts)


Write = Callable[[str, bytes], None]


@pytest.fixture
def fifo(folders: Folders) -> Iterator[Write]:
    """Make the FIFO of a channel's first epoch, and write into it when it is opened."""
    writers: list[threading.Thread] = []

    def make(name: str, content: bytes) -> None:
        path = folders.fifo(name, 0)
        os.mkfifo(path)
        writers.append(threading.Thread(target=path.write_bytes, args=(content,), daemon=True))
        writers[-1].start()

    yield make
    for writer in writers:
        writer.join(10)
        assert not writer.is_alive()


def test_pipe_mode_reads_the_first_epoch_to_its_end(
    folders: Folders, counts: Any, fifo: Write, tmp_path: Path
) -> None:
    write_every_form(tmp_path, counts)
    shards = [path.read_bytes() for path in sorted(tmp_path.glob("*.pbr"))]
    fifo("train", b"".join(shards))
    documents = read_channel(folders, PIPED, 4, ALONE)
    np.testing.assert_array_equal(dense(documents), counts)


def test_a_fifo_may_be_made_after_the_start(folders: Folders, counts: Any, fifo: Write) -> None:
    path = folders.base / "part.pbr"
    recordio.write(path, counts)
    late = threading.Timer(0.3, fifo, ("train", path.read_bytes()))
    late.start()
    assert read_channel(folders, PIPED, 4, ALONE).count == 60
    late.join()


def test_a_fifo_with_something_else_is_the_clients_error(folders: Folders, fifo: Write) -> None:
    fifo("train", b"1,0,2,1\n")
    with pytest.raises(ClientError, match=r"train_0, record 0 at byte 0: a record begins with"):
        read_channel(folders, PIPED, 4, ALONE)


@pytest.mark.parametrize("files", [1, 2, 5])
@pytest.mark.parametrize("piped", [False, True])
def test_hosts_that_all_have_everything_share_it_without_overlap(
    folders: Folders, counts: Any, fifo: Write, files: int, *, piped: bool
) -> None:
    for number, part in enumerate(np.array_split(counts, files)):
        recordio.write(folders.channel("train") / f"{number}.pbr", part)
    found = []
    for rank in range(3):
        if piped:
            paths = sorted(folders.channel("train").iterdir())
            folders.fifo("train", 0).unlink(missing_ok=True)
            fifo("train", b"".join(path.read_bytes() for path in paths))
        channel = Channel(name="train", piped=piped)
        found.append(dense(read_channel(folders, channel, 4, Host(rank, 3))))
    assert all(len(part) for part in found)
    together = np.concatenate(found)
    np.testing.assert_array_equal(together[np.lexsort(together.T)], counts[np.lexsort(counts.T)])


def test_hosts_share_evenly_however_small_the_parts_are(counts: Any) -> None:
    parts = [sparse.csr_array(row[None]) for row in counts]
    shares = [sum(part.shape[0] for part in channel_reader._every(parts, rank, 3)) for rank in range(3)]
    assert shares == [20, 20, 20]


def test_a_host_reads_all_that_it_was_given_of_a_sharded_channel(folders: Folders, counts: Any) -> None:
    recordio.write(folders.channel("train") / "part.pbr", counts)
    channel = Channel(name="train", sharded=True)
    assert read_channel(folders, channel, 4, Host(1, 3)).count == 60


def test_a_host_that_was_given_nothing_has_no_documents(tmp_path: Path) -> None:
    documents = read_channel(Folders(tmp_path), Channel(name="train", sharded=True), 4, Host(2, 3))
    assert (documents.count, documents.files) == (0, 0)


def test_a_mistake_far_into_a_file_is_found_where_it_stands(folders: Folders) -> None:
    wrong = np.ones((30_000, 50), np.float32)
    wrong[29_000, 7] = 0.5
    recordio.write(folders.channel("train") / "part.pbr", wrong)
    with pytest.raises(ClientError, match=r"part\.pbr: The count 0\.5 in row 29000, column 7 is not a whole"):
        read_channel(folders, Channel(name="train"), 50, ALONE)


@pytest.mark.parametrize("content", [gzip.compress(b"1,0,2,1\n"), "1,0,2,1\n".encode("utf-16")])
def test_csv_that_is_no_utf_8_is_told_so(folders: Folders, content: bytes) -> None:
    (folders.channel("train") / "part.csv").write_bytes(content)
    with pytest.raises(ClientError, match=r"part\.csv: CSV must be UTF-8 text, and is read neither"):
        read_channel(folders, Channel(name="train", content_type=CSV), 4, ALONE)
