import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

MANIFEST = "datasets/bars/manifest.json"
LATER = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def train(bucket: Any) -> list[str]:
    """The keys of the dataset's training shards."""
    return [shard["key"] for shard in json.loads(bucket.objects[MANIFEST])["splits"]["train"]["shards"]]


@pytest.fixture
def four_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("shard_sampling", "inspection"):
        monkeypatch.setattr(f"inspect_dataset.dataset.{module}.MAX_SHARDS", 4)


def read_shards(bucket: Any) -> list[str]:
    return sorted({call["Key"] for name, call in bucket.calls if name == "GetObject"} - {MANIFEST})


def test_of_usual_datasets_every_shard_is_read(
    run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    notes = run({})["report"]["notes"]
    assert set(train) < set(read_shards(bucket))
    assert notes == []


@pytest.mark.usefixtures("four_at_most")
def test_of_very_many_shards_a_sample_is_read_and_the_report_has_a_note(
    run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    (note,) = run({})["report"]["notes"]
    chosen = [key for key in read_shards(bucket) if key in train]
    assert (len(train), len(chosen)) == (8, 4)
    assert {train[0], train[-1]} < set(chosen)
    assert note.startswith(f"The train split of {MANIFEST} has 8 shards. The names and bytes of all were")
    assert "the checksums and first records of 4 only" in note


@pytest.mark.usefixtures("four_at_most")
def test_shards_written_after_the_manifest_are_read_before_all_others(
    refusal: Any, run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    replaced = train[1]
    bucket.objects[replaced] = b"\x1f\x8b" + bucket.objects[replaced][2:]
    run({})
    bucket.written[replaced] = LATER
    assert refusal(run, {}).startswith(f"{replaced} isn't RecordIO-protobuf")


@pytest.mark.usefixtures("four_at_most")
def test_the_sample_of_a_dataset_copied_after_its_manifest_is_spread_over_all_shards(
    run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    bucket.written = dict.fromkeys(train, LATER)
    run({})
    chosen = [key for key in read_shards(bucket) if key in train]
    assert len(chosen) == 4
    assert {train[0], train[-1]} < set(chosen)


@pytest.mark.usefixtures("four_at_most")
def test_the_sizes_of_all_shards_are_compared(
    refusal: Any, run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    for key in train[1:-1]:
        bucket.objects[key] += b"0000"
    assert "The same is true of 3 more shards." in refusal(run, {})
