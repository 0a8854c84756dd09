import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_prep import dataset

MANIFEST = "datasets/bars/manifest.json"
TRAIN = "datasets/bars/train/part-00000.pbr"
TEST = "datasets/bars/test/part-00000.pbr"
COUNTS = np.arange(1, 101).reshape(20, 5)


def test_the_consoles_marker_of_a_folder_is_not_a_shard(run: Callable[..., Any], bucket: Any) -> None:
    bucket.objects["datasets/bars/train/"] = b""
    assert run({})["dataset"] == "bars"


def test_a_missing_dataset_is_named_with_the_existing_ones(refusal: Any, run: Callable[..., Any]) -> None:
    assert refusal(run, {"dataset": "nips"}) == (
        "There is no dataset 'nips': s3://data-bucket/datasets/nips/manifest.json doesn't exist. "
        "The bucket's datasets: bars."
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it isn't JSON"),
        (b"\xff\xfe", "it isn't JSON"),
        (b"[" * 100_000, "it isn't JSON"),
        (b"[]", "it must be an object such as {}, not []"),
        (b"null", "it must be an object such as {}, not null"),
        (b"{}", "it has no schema"),
        (b'{"schema": 1}', "it has no splits"),
        (b'{"schema": 1, "splits": []}', "splits must be an object such as {}, not []"),
        (b'{"schema": 1, "splits": {"train": {"shards": {}}}}', "splits.train.shards must be a list, not {}"),
    ],
)
def test_a_file_that_isnt_a_manifest_is_refused_with_the_reason(
    refusal: Any, run: Callable[..., Any], bucket: Any, content: bytes, words: str
) -> None:
    bucket.objects[MANIFEST] = content
    assert refusal(run, {}) == f"{MANIFEST} isn't a manifest: {words}. Upload the dataset again."


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda m: m.update(schema=2), "is of schema 2, and only 1 is known"),
        (lambda m: m.update(feature_dim=0), "feature_dim is 0"),
        (
            lambda m: m.update(feature_dim="many"),
            "feature_dim must be a whole number from 0 to 9007199254740992, ",
        ),
        (lambda m: m.update(feature_dim=int("9" * 400)), f"not {'9' * 200}.... Upload"),
        (lambda m: m.update(schema=int("9" * 400)), f"is of schema {'9' * 200}..., and only 1 is known"),
        (lambda m: m.update(content_type=5), "content_type must be a text, not 5."),
        (lambda m: m["splits"].pop("test"), "isn't a manifest: splits has no test."),
        (
            lambda m: m["splits"]["train"].update(documents="16"),
            "splits.train.documents must be a whole number",
        ),
        (lambda m: m["splits"]["train"].update(tokens=True), "splits.train.tokens must be a whole number"),
        (
            lambda m: m.update(content_type="application/json"),
            "LDA trains on application/x-recordio-protobuf",
        ),
        (lambda m: m.update(content_type="text/csv;label_size=1"), "LDA takes documents without labels"),
        (lambda m: m["splits"]["test"].update(shards=[], documents=0), "The test split of"),
        (lambda m: m["splits"]["train"].update(documents=0), "The train split of"),
        (lambda m: m["splits"]["test"]["shards"][0].update(bytes=0), "is empty"),
        (lambda m: m["splits"]["test"]["shards"][0].update(key="datasets/other/test/x"), "outside"),
        (
            lambda m: m["splits"]["test"]["shards"][0].update(s3_checksum={}),
            "splits.test.shards[0].s3_checksum has no algorithm.",
        ),
    ],
)
def test_a_manifest_with_invalid_values_is_refused(
    edit_manifest: Any,
    refusal: Any,
    run: Callable[..., Any],
    bucket: Any,
    edit: Callable[[Any], None],
    sentence: str,
) -> None:
    edit_manifest(bucket, edit)
    assert sentence in refusal(run, {})


def test_a_missing_shard_is_named(refusal: Any, run: Callable[..., Any], bucket: Any) -> None:
    del bucket.objects[TEST]
    assert refusal(run, {}).startswith(f"{MANIFEST} names {TEST}, which isn't in the bucket.")


def test_an_object_that_isnt_in_the_manifest_is_named(
    refusal: Any, run: Callable[..., Any], bucket: Any
) -> None:
    bucket.objects["datasets/bars/train/part-old.pbr"] = b"x"
    assert refusal(run, {}).startswith(f"datasets/bars/train/part-old.pbr isn't in {MANIFEST}")


def test_a_shard_of_another_size_is_named(refusal: Any, run: Callable[..., Any], bucket: Any) -> None:
    size = len(bucket.objects[TRAIN])
    bucket.objects[TRAIN] += b"0000"
    assert f"{TRAIN} has {size + 4} bytes, but {size} in {MANIFEST}." in refusal(run, {})


@pytest.mark.parametrize(
    "answer",
    [
        {"ChecksumCRC64NVME": "other", "ChecksumType": "FULL_OBJECT"},
        {"ChecksumCRC64NVME": "AAAA", "ChecksumType": "COMPOSITE"},
        {},
    ],
)
def test_a_shard_of_another_checksum_is_named(
    edit_manifest: Any, refusal: Any, run: Callable[..., Any], bucket: Any, answer: dict[str, str]
) -> None:
    checksum = {"algorithm": "CRC64NVME", "type": "FULL_OBJECT", "value": "AAAA"}
    edit_manifest(bucket, lambda m: m["splits"]["train"]["shards"][0].update(s3_checksum=checksum))
    bucket.checksums[TRAIN] = {"ChecksumCRC64NVME": "AAAA", "ChecksumType": "FULL_OBJECT"}
    run({})
    bucket.checksums[TRAIN] = answer
    assert f"{TRAIN} has the CRC64NVME checksum" in refusal(run, {})


def test_a_shard_over_another_vocabulary_is_named(
    edit_manifest: Any, refusal: Any, run: Callable[..., Any], bucket: Any
) -> None:
    edit_manifest(bucket, lambda m: m.update(feature_dim=6))
    sentence = refusal(run, {})
    assert "The first record of datasets/bars/" in sentence
    assert "has 5 features, and feature_dim of datasets/bars/manifest.json is 6" in sentence


def test_a_shard_that_isnt_recordio_is_named(refusal: Any, run: Callable[..., Any], bucket: Any) -> None:
    bucket.objects[TRAIN] = b"\x1f\x8b" + bucket.objects[TRAIN][2:]
    assert refusal(run, {}).startswith(f"{TRAIN} isn't RecordIO-protobuf: no RecordIO frame begins at byte 0")


def test_a_record_longer_than_the_first_request_is_read_by_a_second(
    run: Callable[..., Any], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspect_dataset.dataset.shard_check.MAX_HEAD_BYTES", 20)
    expected = [81.0, 82.0, 83.0, 84.0, 85.0]
    assert run({})["smoke_test"]["values"] == expected
    ranges = {request["Range"] for _, request in bucket.calls if "Range" in request}
    assert "bytes=0-19" in ranges
    assert len(ranges) > 1


def test_a_shard_cut_within_its_first_record_is_named(
    edit_manifest: Any, refusal: Any, run: Callable[..., Any], bucket: Any
) -> None:
    bucket.objects[TRAIN] = bucket.objects[TRAIN][:20]
    edit_manifest(bucket, lambda m: m["splits"]["train"]["shards"][0].update(bytes=20))
    assert "but the file at byte 20" in refusal(run, {})


def test_a_record_beyond_the_bound_is_not_read(
    refusal: Any, run: Callable[..., Any], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspect_dataset.dataset.shard_check.MAX_HEAD_BYTES", 20)
    monkeypatch.setattr("inspect_dataset.dataset.shard_check.MAX_RECORD_BYTES", 30)
    assert "the first record is longer than 30 bytes" in refusal(run, {})
    assert all(int(request["Range"].split("-")[1]) < 30 for _, request in bucket.calls if "Range" in request)


@pytest.mark.filterwarnings("ignore::data_prep.recordio.errors.EmptyDocumentWarning")
def test_the_smoke_test_document_has_words_when_the_first_document_has_none(
    run: Callable[..., Any], bucket: Any, tmp_path: Path
) -> None:
    test = np.array([[0, 0, 0, 0, 0], [0, 7, 0, 0, 0]])
    dataset.write(tmp_path, "bars", COUNTS, test, source="A test.")
    for path in list(bucket.objects):
        del bucket.objects[path]
    for path in (tmp_path / "datasets").rglob("*.*"):
        bucket.objects[str(path.relative_to(tmp_path))] = path.read_bytes()
    assert run({})["smoke_test"] == {"keys": [1], "values": [7.0], "shape": [5]}


@pytest.mark.filterwarnings("ignore::data_prep.recordio.errors.EmptyDocumentWarning")
def test_a_broken_record_after_an_empty_first_one_is_left_to_the_training_job(
    run: Callable[..., Any], bucket: Any, tmp_path: Path
) -> None:
    test = np.array([[0, 0, 0, 0, 0], [0, 7, 0, 0, 0]])
    dataset.write(tmp_path, "bars", COUNTS, test, source="A test.")
    bucket.objects.clear()
    for path in (tmp_path / "datasets").rglob("*.*"):
        bucket.objects[str(path.relative_to(tmp_path))] = path.read_bytes()
    content = bucket.objects[TEST]
    second = content.index(b"\x0a\x23\xd7\xce", 4)
    bucket.objects[TEST] = content[:second] + b"\x00" + content[second + 1 :]
    assert run({})["smoke_test"] == {"keys": [], "values": [], "shape": [5]}


def test_of_many_bad_shards_the_first_are_reported_and_the_others_counted(
    refusal: Any, run: Callable[..., Any], bucket: Any
) -> None:
    shards = [shard["key"] for shard in json.loads(bucket.objects[MANIFEST])["splits"]["train"]["shards"]]
    assert len(shards) > 4
    for key in shards:
        bucket.objects[key] = b"\x1f\x8b" + bucket.objects[key][2:]
    found = refusal(run, {})
    assert found.startswith("3 problems: ")
    assert f"The same is true of {len(shards) - 3} more shards." in found


def test_many_missing_and_many_extra_objects_are_counted(
    refusal: Any, run: Callable[..., Any], bucket: Any
) -> None:
    for number in range(5):
        bucket.objects[f"datasets/bars/test/old-{number}"] = b"x"
    del bucket.objects[TEST], bucket.objects[TRAIN]
    found = refusal(run, {})
    assert "old-0, datasets/bars/test/old-1, datasets/bars/test/old-2 and 2 more aren't in" in found
    assert found.count("isn't in the bucket") == 2
