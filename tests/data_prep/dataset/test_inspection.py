from pathlib import Path
from typing import Any

import pytest

from data_prep import dataset


def write(folder: Path, corpus: Any) -> Any:
    return dataset.write(folder, "bars", corpus[:15], corpus[15:], source="Made up.")


def test_load_refuses_a_dataset_that_differs_from_its_manifest(tmp_path: Path, corpus: Any) -> None:
    with pytest.raises(ValueError, match=r"no dataset 'bars'.*Encode it first"):
        dataset.load(tmp_path, "bars")
    manifest = write(tmp_path, corpus)
    assert dataset.load(tmp_path, "bars") == manifest
    shard = tmp_path / manifest.test.shards[0].key
    shard.write_bytes(shard.read_bytes()[:-4] + b"1234")
    with pytest.raises(ValueError, match="has changed since"):
        dataset.load(tmp_path, "bars")
    shard.unlink()
    with pytest.raises(ValueError, match=r"part-00000\.pbr is missing"):
        dataset.load(tmp_path, "bars")


def test_load_refuses_a_manifest_that_names_files_outside_the_dataset(tmp_path: Path, corpus: Any) -> None:
    write(tmp_path, corpus)
    file = tmp_path / "datasets/bars/manifest.json"
    file.write_text(file.read_text().replace("datasets/bars/test/part", "datasets/bars/../../part"))
    with pytest.raises(ValueError, match="isn't in the dataset"):
        dataset.load(tmp_path, "bars")
