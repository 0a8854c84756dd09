import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_prep import dataset

Load = Callable[..., Any]
BUCKET = "data-bucket"
MANIFEST = "datasets/bars/manifest.json"
TRAIN = "datasets/bars/train/part-00000.pbr"
TEST = "datasets/bars/test/part-00000.pbr"
COUNTS = np.arange(1, 101).reshape(20, 5)
DEFAULTS = {
    "dataset": "bars",
    "num_topics": 3,
    "alpha0": 1.0,
    "max_restarts": 10,
    "max_iterations": 1000,
    "tol": 1e-8,
    "promote": True,
    "minimum_pwll": None,
    "require_promotion": False,
}


@pytest.fixture
def bucket(fake_s3: Any, tmp_path: Path) -> Any:
    dataset.write(tmp_path, "bars", COUNTS[:16], COUNTS[16:], source="A test.", shard_bytes=100)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            fake_s3.objects[str(path.relative_to(tmp_path))] = path.read_bytes()
    return fake_s3


@pytest.fixture
def run(load: Load, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    handler = load(
        "inspect_dataset", DATA_BUCKET=BUCKET, JOB_PREFIX="lda-dev", INPUT_DEFAULTS=json.dumps(DEFAULTS)
    )
    monkeypatch.setattr(handler, "_S3", bucket)

    def inspect(given: Any) -> Any:
        event = {
            "input": given,
            "execution_name": "Run_1",
            "execution_arn": "arn:aws:states:::execution:M:Run_1",
        }
        return handler.handler(event, None)

    return inspect


def edit_manifest(bucket: Any, edit: Callable[[Any], None]) -> None:
    document = json.loads(bucket.objects[MANIFEST])
    edit(document)
    bucket.objects[MANIFEST] = json.dumps(document).encode()


def refusal(run: Callable[..., Any], given: Any) -> str:
    with pytest.raises(ValueError, match=r".") as raised:
        run(given)
    assert type(raised.value).__name__ == "InvalidInputError"
    return str(raised.value)


def test_the_normalised_input_is_all_that_later_states_read(run: Callable[..., Any], bucket: Any) -> None:
    shards = json.loads(bucket.objects[MANIFEST])["splits"]["test"]["shards"]
    digest = hashlib.sha256("\n".join(shard["sha256"] for shard in shards).encode()).hexdigest()
    arn_digest = hashlib.sha256(b"arn:aws:states:::execution:M:Run_1").hexdigest()[:8]
    assert len(shards) > 1
    assert run({"num_topics": 4, "minimum_pwll": -3}) == {
        "dataset": "bars",
        "job_name_base": f"lda-dev-run-1-{arn_digest}",
        "hyperparameters": {
            "num_topics": "4",
            "alpha0": "1",
            "max_restarts": "10",
            "max_iterations": "1000",
            "tol": "1e-08",
            "feature_dim": "5",
            "mini_batch_size": "16",
        },
        "channels": {
            "train": f"s3://{BUCKET}/datasets/bars/train/",
            "test": f"s3://{BUCKET}/datasets/bars/test/",
        },
        "content_type": "application/x-recordio-protobuf",
        "test_split": digest,
        "smoke_test": {"keys": [0, 1, 2, 3, 4], "values": [81.0, 82.0, 83.0, 84.0, 85.0], "shape": [5]},
        "promote": True,
        "minimum_pwll": -3,
        "require_promotion": False,
    }


def test_the_smoke_tests_document_is_short_however_long_the_first_one_is(
    load: Load, run: Callable[..., Any]
) -> None:
    assert run({})["smoke_test"]["keys"]
    handler = load("inspect_dataset")
    document = load("inspect_dataset", "record").Document(None, [1.0] * 100_000, None)
    manifest = type("Manifest", (), {"feature_dim": 100_000})
    assert len(json.dumps(handler.smoke_test(document, manifest))) < 5000


def test_an_unknown_field_is_refused_before_anything_is_read(run: Callable[..., Any], bucket: Any) -> None:
    assert "unknown field 'topics'" in refusal(run, {"topics": 3})
    assert bucket.calls == []


def test_a_dataset_that_isnt_there_is_named_beside_those_that_are(run: Callable[..., Any]) -> None:
    assert refusal(run, {"dataset": "nips"}) == (
        "There is no dataset 'nips': s3://data-bucket/datasets/nips/manifest.json doesn't exist. "
        "The bucket's datasets: bars."
    )


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"{}", b'{"schema": 1}', b"\xff\xfe", b'{"schema": 1, "splits": []}']
)
def test_what_is_no_manifest_is_said_to_be_none(run: Callable[..., Any], bucket: Any, content: bytes) -> None:
    bucket.objects[MANIFEST] = content
    assert refusal(run, {}).startswith("datasets/bars/manifest.json isn't a manifest (")


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda m: m.update(schema=2), "is of schema 2, and only 1 is known"),
        (lambda m: m.update(feature_dim=0), "feature_dim is 0"),
        (lambda m: m.update(feature_dim="many"), "isn't a manifest (ValueError"),
        (lambda m: m["splits"]["test"].update(shards=[], documents=0), "The test split of"),
        (lambda m: m["splits"]["train"].update(documents=0), "The train split of"),
        (lambda m: m["splits"]["test"]["shards"][0].update(bytes=0), "is empty"),
        (lambda m: m["splits"]["test"]["shards"][0].update(key="datasets/other/test/x"), "outside"),
        (lambda m: m["splits"]["test"]["shards"][0].update(s3_checksum={}), "isn't a manifest (KeyError"),
    ],
)
def test_a_manifest_that_says_nonsense_is_refused(
    run: Callable[..., Any], bucket: Any, edit: Callable[[Any], None], sentence: str
) -> None:
    edit_manifest(bucket, edit)
    assert sentence in refusal(run, {})


def test_a_missing_shard_is_named(run: Callable[..., Any], bucket: Any) -> None:
    del bucket.objects[TEST]
    assert refusal(run, {}).startswith(f"{MANIFEST} names {TEST}, which isn't in the bucket.")


def test_an_extra_object_is_named_since_sagemaker_would_train_on_it(
    run: Callable[..., Any], bucket: Any
) -> None:
    bucket.objects["datasets/bars/train/part-old.pbr"] = b"x"
    assert refusal(run, {}).startswith(f"datasets/bars/train/part-old.pbr isn't in {MANIFEST}")


def test_a_shard_of_another_size_is_named(run: Callable[..., Any], bucket: Any) -> None:
    size = len(bucket.objects[TRAIN])
    bucket.objects[TRAIN] += b"0000"
    assert f"{TRAIN} has {size + 4} bytes, and {MANIFEST} says {size}." in refusal(run, {})


@pytest.mark.parametrize(
    "answer",
    [
        {"ChecksumCRC64NVME": "other", "ChecksumType": "FULL_OBJECT"},
        {"ChecksumCRC64NVME": "AAAA", "ChecksumType": "COMPOSITE"},
        {},
    ],
)
def test_a_shard_of_another_checksum_is_named(
    run: Callable[..., Any], bucket: Any, answer: dict[str, str]
) -> None:
    said = {"algorithm": "CRC64NVME", "type": "FULL_OBJECT", "value": "AAAA"}
    edit_manifest(bucket, lambda m: m["splits"]["train"]["shards"][0].update(s3_checksum=said))
    bucket.checksums[TRAIN] = {"ChecksumCRC64NVME": "AAAA", "ChecksumType": "FULL_OBJECT"}
    run({})
    bucket.checksums[TRAIN] = answer
    assert f"{TRAIN} has the CRC64NVME checksum" in refusal(run, {})


def test_a_shard_over_another_vocabulary_is_named(run: Callable[..., Any], bucket: Any) -> None:
    edit_manifest(bucket, lambda m: m.update(feature_dim=6))
    sentence = refusal(run, {})
    assert "The first record of datasets/bars/" in sentence
    assert "has 5 features, and feature_dim of datasets/bars/manifest.json is 6" in sentence


def test_a_shard_that_isnt_recordio_is_named(run: Callable[..., Any], bucket: Any) -> None:
    bucket.objects[TRAIN] = b"\x1f\x8b" + bucket.objects[TRAIN][2:]
    assert refusal(run, {}).startswith(f"{TRAIN} isn't RecordIO-protobuf: no RecordIO frame begins at byte 0")


def test_a_record_longer_than_the_first_request_is_read_by_a_second(
    load: Load, run: Callable[..., Any], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("inspect_dataset", "dataset"), "HEAD_BYTES", 20)
    expected = [81.0, 82.0, 83.0, 84.0, 85.0]
    assert run({})["smoke_test"]["values"] == expected
    ranges = {request["Range"] for _, request in bucket.calls if "Range" in request}
    assert "bytes=0-19" in ranges
    assert len(ranges) > 1


def test_a_shard_cut_within_its_first_record_is_named(run: Callable[..., Any], bucket: Any) -> None:
    bucket.objects[TRAIN] = bucket.objects[TRAIN][:20]
    edit_manifest(bucket, lambda m: m["splits"]["train"]["shards"][0].update(bytes=20))
    assert "but the file at byte 20" in refusal(run, {})


def test_a_record_beyond_the_bound_is_not_read(
    load: Load, run: Callable[..., Any], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("inspect_dataset", "dataset"), "HEAD_BYTES", 20)
    monkeypatch.setattr(load("inspect_dataset", "dataset"), "LARGEST_RECORD", 30)
    assert "the first record is longer than 30 bytes" in refusal(run, {})
    assert all(int(request["Range"].split("-")[1]) < 30 for _, request in bucket.calls if "Range" in request)


@pytest.mark.filterwarnings("ignore::data_prep.recordio.errors.EmptyDocumentWarning")
def test_the_smoke_tests_document_has_words_when_the_first_has_none(
    run: Callable[..., Any], bucket: Any, tmp_path: Path
) -> None:
    test = np.array([[0, 0, 0, 0, 0], [0, 7, 0, 0, 0]])
    dataset.write(tmp_path, "bars", COUNTS, test, source="A test.")
    for path in list(bucket.objects):
        del bucket.objects[path]
    for path in (tmp_path / "datasets").rglob("*.*"):
        bucket.objects[str(path.relative_to(tmp_path))] = path.read_bytes()
    assert run({})["smoke_test"] == {"keys": [1], "values": [7.0], "shape": [5]}
