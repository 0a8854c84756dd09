from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_prep import recordio
from data_prep.recordio import EmptyDocumentWarning, RecordIOError


@pytest.mark.parametrize("layout", ["dense", "sparse"])
@pytest.mark.parametrize("chunked", [False, True])
def test_shards_hold_the_corpus_in_order_within_the_shard_size(
    tmp_path: Path,
    layout: str,
    chunked: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    counts = np.random.default_rng(1).poisson(2, (300, 9)) + 1
    corpus: Any = (counts[start : start + 70] for start in range(0, 300, 70)) if chunked else counts
    shards = recordio.write_shards(tmp_path / "train", corpus, shard_bytes=1000, layout=layout)
    assert [shard.path.name for shard in shards[:2]] == ["part-00000.pbr", "part-00001.pbr"]
    assert sorted((tmp_path / "train").iterdir()) == [shard.path for shard in shards]
    read: list[Any] = [recordio.read(shard.path) for shard in shards]
    assert [shard.documents for shard in shards] == [matrix.shape[0] for matrix in read]
    assert [shard.bytes for shard in shards] == [shard.path.stat().st_size for shard in shards]
    assert max(shard.bytes for shard in shards) <= 1000
    assert len(shards) <= -(-sum(shard.bytes for shard in shards) // 800)
    assert np.array_equal(
        np.concatenate([np.asarray(m.todense()) if layout == "sparse" else m for m in read]), counts
    )


def test_a_document_larger_than_the_shard_size_gets_its_own_shard(tmp_path: Path) -> None:
    shards = recordio.write_shards(tmp_path / "s", np.ones((3, 50)), shard_bytes=10)
    assert [shard.documents for shard in shards] == [1, 1, 1]


@pytest.mark.parametrize("existing", [False, True])
def test_a_failed_write_leaves_nothing(tmp_path: Path, existing: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    target = tmp_path / "s"
    if existing:
        target.mkdir()
    bad = np.ones((300, 9))
    bad[299, 8] = -1
    with pytest.raises(RecordIOError, match="row 299, column 8"):
        recordio.write_shards(target, iter([bad[:200], bad[200:]]), shard_bytes=1000)
    assert list(tmp_path.rglob("*")) == ([target] if existing else [])


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "part-00009.pbr").touch()
    with pytest.raises(RecordIOError, match="isn't empty"):
        recordio.write_shards(tmp_path, np.ones((1, 1)), shard_bytes=10)


def test_empty_documents_are_a_warning(tmp_path: Path) -> None:
    with pytest.warns(EmptyDocumentWarning, match="1 of 2"):
        recordio.write_shards(tmp_path / "s", np.array([[0], [1]]), shard_bytes=10)
