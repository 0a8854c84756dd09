from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_prep import recordio
from data_prep.dataset.adoption import adopt

MANIFEST = "datasets/bars/manifest.json"
COUNTS = np.arange(1, 101).reshape(20, 5)


def test_for_files_without_a_manifest_the_error_names_the_adopt_command(
    refusal: Any, run: Callable[..., Any], bucket: Any
) -> None:
    del bucket.objects[MANIFEST]
    found = refusal(run, {})
    assert found.startswith(
        "The dataset 'bars' has no manifest: s3://data-bucket/datasets/bars/manifest.json"
    )
    assert found.endswith("python -m data_prep adopt s3://data-bucket/datasets/bars")


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv;label_size=0", "text/csv; label_size=0"])
def test_csv_shards_are_checked_and_their_channels_have_no_label(
    as_csv: Any, run: Callable[..., Any], bucket: Any, content_type: str
) -> None:
    as_csv(bucket, content_type)
    found = run({})
    assert found["content_type"] == "text/csv;label_size=0"
    assert found["smoke_test"] == {"keys": [1], "values": [7.0], "shape": [5]}


@pytest.mark.parametrize("ending", ["pbr", "csv"])
def test_adopted_files_are_a_dataset(
    run: Callable[..., Any], bucket: Any, tmp_path: Path, ending: str
) -> None:
    folder = tmp_path / "adopted" / "datasets" / "mine"
    for part, counts in (("train", COUNTS[:16]), ("test", COUNTS[16:])):
        (folder / part).mkdir(parents=True)
        if ending == "csv":
            np.savetxt(folder / part / "a.csv", counts, fmt="%d", delimiter=",")
        else:
            recordio.write(folder / part / "a.pbr", counts)
    adopt(folder)
    for path in folder.rglob("*.*"):
        bucket.objects[f"datasets/mine/{path.relative_to(folder)}"] = path.read_bytes()
    found = run({"dataset": "mine"})
    assert found["report"]["documents"] == {"train": 16, "test": 4}
    assert found["smoke_test"]["values"] == [81.0, 82.0, 83.0, 84.0, 85.0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"1,2,3,4\n", "has 4 values in line 1, and feature_dim of datasets/bars/manifest.json is 5"),
        (b"a,b,c,d,e\n1,2,3,4,5\n", "has 'a' for value 1 of line 1"),
        (b"\n\n1,2,-3,4,5\n", "has '-3' for value 3 of line 3"),
        (b"\n\n", "isn't CSV: it holds no line with numbers"),
        (b"\xef\xbb\xbf1,2,3,4,5\n", "byte order mark"),
    ],
)
def test_a_csv_shard_with_another_first_line_is_named(
    as_csv: Any, refusal: Any, run: Callable[..., Any], bucket: Any, content: bytes, sentence: str
) -> None:
    as_csv(bucket, "text/csv", train=content)
    found = refusal(run, {})
    assert "datasets/bars/train/a.csv" in found
    assert sentence in found


def test_a_long_first_line_is_read_by_further_requests_up_to_a_bound(
    as_csv: Any,
    refusal: Any,
    run: Callable[..., Any],
    bucket: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("inspect_dataset.dataset.shard_check.MAX_HEAD_BYTES", 20)
    as_csv(bucket, "text/csv", train=b"1,2,3,4," + b"0" * 100 + b"5\n1,2,3,4,5\n")
    assert run({})["dataset"] == "bars"
    monkeypatch.setattr("inspect_dataset.dataset.shard_check.MAX_RECORD_BYTES", 40)
    assert "the first record is longer than 40 bytes" in refusal(run, {})
