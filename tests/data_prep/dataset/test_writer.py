import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep import dataset, recordio
from data_prep.recordio import EmptyDocumentWarning


def write(folder: Path, corpus: Any, **options: Any) -> Any:
    return dataset.write(folder, "bars", corpus[:15], corpus[15:], source="Made up.", **options)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_folder_has_the_layout_of_the_bucket(tmp_path: Path, corpus: Any) -> None:
    write(tmp_path, corpus, vocabulary=[f"word{number}" for number in range(9)])
    assert files(tmp_path) == [
        "datasets/bars/manifest.json",
        "datasets/bars/test/part-00000.pbr",
        "datasets/bars/train/part-00000.pbr",
        "datasets/bars/vocabulary.txt",
    ]
    assert np.array_equal(
        recordio.read(tmp_path / "datasets/bars/train/part-00000.pbr").toarray(), corpus[:15]
    )
    assert (tmp_path / "datasets/bars/vocabulary.txt").read_text().splitlines()[8] == "word8"


def test_the_manifest_describes_the_written_files(tmp_path: Path, corpus: Any) -> None:
    manifest = write(tmp_path, corpus)
    test = tmp_path / "datasets/bars/test/part-00000.pbr"
    written = json.loads((tmp_path / "datasets/bars/manifest.json").read_text())
    assert written == json.loads(manifest.to_json())
    assert {name: written[name] for name in written if name != "splits"} == {
        "schema": 1,
        "name": "bars",
        "feature_dim": 9,
        "content_type": "application/x-recordio-protobuf",
        "layout": "sparse",
        "vocabulary": None,
        "preparation": None,
        "documents": None,
        "source": "Made up.",
    }
    assert written["splits"]["test"] == {
        "documents": 5,
        "tokens": int(corpus[15:].sum()),
        "nonzeros": int(np.count_nonzero(corpus[15:])),
        "empty_documents": 0,
        "shards": [
            {
                "key": "datasets/bars/test/part-00000.pbr",
                "bytes": test.stat().st_size,
                "documents": 5,
                "sha256": hashlib.sha256(test.read_bytes()).hexdigest(),
                "s3_checksum": None,
            }
        ],
    }


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("width", [9, 3000])
def test_shards_are_bounded_and_hold_everything_in_order(
    tmp_path: Path, corpus: Any, make: Any, width: int
) -> None:
    counts = np.zeros((20, width))
    counts[:, :9] = corpus
    manifest = write(tmp_path, make(counts), shard_bytes=200)
    shards = manifest.train.shards
    assert len(shards) > 1
    assert all(shard.bytes <= 200 for shard in shards)
    assert sum(shard.documents for shard in shards) == 15
    read = [sparse.csr_array(recordio.read(tmp_path / shard.key)) for shard in shards]
    assert np.array_equal(sparse.vstack(read).toarray(), counts[:15])


def test_a_shard_may_have_exactly_the_shard_size(tmp_path: Path) -> None:
    train = np.ones((9, 25))
    manifest = dataset.write(tmp_path, "full", train, train, source="Made up.", shard_bytes=3 * 128)
    assert [(shard.documents, shard.bytes) for shard in manifest.train.shards] == [(3, 384)] * 3


def test_a_document_larger_than_the_shard_size_gets_its_own_shard(tmp_path: Path, corpus: Any) -> None:
    manifest = write(tmp_path, corpus, shard_bytes=1)
    assert [shard.documents for shard in manifest.train.shards] == [1] * 15


def test_full_documents_are_written_dense(tmp_path: Path, corpus: Any) -> None:
    assert write(tmp_path, corpus + 1).layout == "dense"


def test_both_splits_have_one_layout(tmp_path: Path) -> None:
    train, test = np.eye(50), np.ones((2, 50))
    manifest = dataset.write(tmp_path, "mixed", train, test, source="Made up.")
    assert manifest.layout == "sparse"
    assert sparse.issparse(recordio.read(tmp_path / manifest.test.shards[0].key))


def test_empty_documents_are_counted_and_reported_once_per_split(tmp_path: Path, corpus: Any) -> None:
    corpus[[2, 7]] = 0
    with pytest.warns(EmptyDocumentWarning, match="train: 2 of 15 documents are empty") as warned:
        manifest = write(tmp_path, corpus, shard_bytes=100)
    assert len(warned) == 1
    assert (manifest.train.empty_documents, manifest.test.empty_documents) == (2, 0)


def test_a_dataset_is_replaced_with_all_its_shards(tmp_path: Path, corpus: Any) -> None:
    write(tmp_path, corpus, shard_bytes=100, vocabulary=list("abcdefghi"))
    write(tmp_path, corpus)
    assert files(tmp_path / "datasets") == [
        "bars/manifest.json",
        "bars/test/part-00000.pbr",
        "bars/train/part-00000.pbr",
    ]


def test_a_dataset_is_retained_when_writing_the_new_one_fails(
    tmp_path: Path, corpus: Any, monkeypatch: Any
) -> None:
    write(tmp_path, corpus)
    former = dataset.load(tmp_path, "bars")

    def full(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(recordio, "write_shards", full)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path, corpus * 2)
    assert dataset.load(tmp_path, "bars") == former
    assert [path.name for path in (tmp_path / "datasets").iterdir()] == ["bars"]


def test_a_dataset_is_restored_when_the_new_one_cannot_be_renamed(
    tmp_path: Path, corpus: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, corpus)
    former = dataset.load(tmp_path, "bars")
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError("Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="Input/output"):
        write(tmp_path, corpus * 2)
    assert dataset.load(tmp_path, "bars") == former


@pytest.mark.parametrize("name", ["", "Bars", "b_rs", "../x", "a/b", "a" * 64, "bars\n"])
def test_invalid_dataset_names_are_refused(tmp_path: Path, corpus: Any, name: str) -> None:
    with pytest.raises(ValueError, match="a-z, 0-9"):
        dataset.write(tmp_path, name, corpus, corpus, source="Made up.")
    assert not (tmp_path / "datasets").exists()


@pytest.mark.parametrize(
    ("train", "test", "options", "message"),
    [
        (np.ones((2, 3)), np.ones((1, 4)), {}, "Train is over 3 words, test over 4"),
        (np.ones((2, 3)), np.ones((0, 3)), {}, "test: The corpus is empty"),
        (np.zeros((2, 3)), np.ones((1, 3)), {}, "train: The corpus is empty"),
        (np.full((2, 3), 0.5), np.ones((1, 3)), {}, "train: 0.5 at row 0, column 0"),
        (np.ones((2, 3)), np.ones((1, 3)), {"vocabulary": ["a"]}, "1 words, the counts have 3 columns"),
        (np.ones((2, 1)), np.ones((1, 1)), {"vocabulary": ["a\nb"]}, "Word 0 .* isn't one line"),
        (np.ones((2, 1)), np.ones((1, 1)), {"vocabulary": [""]}, "Word 0 .* isn't one line"),
    ],
)
def test_invalid_splits_and_vocabularies_are_refused_and_nothing_is_written(
    tmp_path: Path, train: Any, test: Any, options: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        dataset.write(tmp_path, "bars", train, test, source="Made up.", **options)
    assert list(tmp_path.iterdir()) == []
