import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

Load = Callable[..., Any]
MANIFEST = "datasets/bars/manifest.json"
LATER = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def train(bucket: Any) -> list[str]:
    """The keys of the dataset's training shards."""
    return [shard["key"] for shard in json.loads(bucket.objects[MANIFEST])["splits"]["train"]["shards"]]


@pytest.fixture
def four_at_most(load: Load, handler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert handler
    for module in ("shard_sampling", "inspection"):
        monkeypatch.setattr(load(f"inspect_dataset.dataset.{module}"), "AT_MOST", 4)


def looked_into(bucket: Any) -> list[str]:
    return sorted({call["Key"] for name, call in bucket.calls if name == "GetObject"} - {MANIFEST})


def test_of_usual_datasets_every_shard_is_looked_into(
    run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    told = run({})["report"]["notes"]
    assert set(train) < set(looked_into(bucket))
    assert told == []


@pytest.mark.usefixtures("four_at_most")
def test_of_very_many_shards_some_from_the_first_to_the_last_are_and_the_report_says_so(
    run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    (told,) = run({})["report"]["notes"]
    chosen = [key for key in looked_into(bucket) if key in train]
    assert (len(train), len(chosen)) == (8, 4)
    assert {train[0], train[-1]} < set(chosen)
    assert told.startswith(f"The train split of {MANIFEST} has 8 shards. The names and bytes of all were")
    assert "the checksums and first records of 4 only" in told


@pytest.mark.usefixtures("four_at_most")
def test_what_was_written_after_the_manifest_is_looked_into_before_all_others(
    refusal: Any, run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    replaced = train[1]
    bucket.objects[replaced] = b"\x1f\x8b" + bucket.objects[replaced][2:]
    run({})
    bucket.written[replaced] = LATER
    assert refusal(run, {}).startswith(f"{replaced} isn't RecordIO-protobuf")


@pytest.mark.usefixtures("four_at_most")
def test_a_dataset_that_was_copied_after_its_manifest_is_looked_into_everywhere(
    run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    bucket.written = dict.fromkeys(train, LATER)
    run({})
    chosen = [key for key in looked_into(bucket) if key in train]
    assert len(chosen) == 4
    assert {train[0], train[-1]} < set(chosen)


@pytest.mark.usefixtures("four_at_most")
def test_sizes_are_compared_of_all(
    refusal: Any, run: Callable[..., Any], bucket: Any, train: list[str]
) -> None:
    for key in train[1:-1]:
        bucket.objects[key] += b"0000"
    assert "And so it is with 3 more shards." in refusal(run, {})
