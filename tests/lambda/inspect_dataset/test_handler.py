import hashlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from common.recordio import RecordDocument
from inspect_dataset.training_run import smoke_test

BUCKET = "data-bucket"
MANIFEST = "datasets/bars/manifest.json"
TRAIN = "datasets/bars/train/part-00000.pbr"
TEST = "datasets/bars/test/part-00000.pbr"
COUNTS = np.arange(1, 101).reshape(20, 5)
FOR_TRAINING = "ml.c4.2xlarge for training job usage"
FOR_ENDPOINT = "ml.c4.xlarge for endpoint usage"


def test_the_result_is_the_normalised_input_of_the_later_states(run: Callable[..., Any], bucket: Any) -> None:
    shards = json.loads(bucket.objects[MANIFEST])["splits"]["test"]["shards"]
    contents = [bucket.objects[shard["key"]] for shard in shards]
    tags = [hashlib.md5(content, usedforsecurity=False).hexdigest() for content in contents]
    lines = [f'{len(content)} "{tag}"' for content, tag in zip(contents, tags, strict=True)]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    arn_digest = hashlib.sha256(b"arn:aws:states:::execution:M:Run_1").hexdigest()[:8]
    assert len(shards) > 1
    assert run({"num_topics": 4, "minimum_pwll": -3}) == {
        "dataset": "bars",
        "job_name_base": f"lda-dev-run-1-{arn_digest}",
        "candidates": [
            {
                "name": f"lda-dev-run-1-{arn_digest}",
                "hyperparameters": {
                    "num_topics": "4",
                    "alpha0": "1",
                    "max_restarts": "10",
                    "max_iterations": "1000",
                    "tol": "1e-08",
                    "feature_dim": "5",
                    "mini_batch_size": "16",
                },
            }
        ],
        "channels": {
            "train": f"s3://{BUCKET}/datasets/bars/train/",
            "test": f"s3://{BUCKET}/datasets/bars/test/",
        },
        "content_type": "application/x-recordio-protobuf",
        "test_split": digest,
        "smoke_test": {"keys": [0, 1, 2, 3, 4], "values": [81.0, 82.0, 83.0, 84.0, 85.0], "shape": [5]},
        "promote": True,
        "minimum_pwll": -3,
        "accept_new_vocabulary": False,
        "require_promotion": False,
        "dry_run": False,
        "promote_training_job": None,
        "started_by": "",
        "report": {
            "dataset": "bars",
            "documents": {"train": 16, "test": 4},
            "vocabulary": 5,
            "tokens": int(COUNTS[:16].sum()),
            "candidates": [{"num_topics": 4, "alpha0": 1}],
            "training": {
                "instance_type": "ml.c4.2xlarge",
                "instance_count": 1,
                "max_concurrency": 1,
                "max_hours": 1.5,
                "price_per_instance_hour": 0.5,
                "max_cost": 0.75,
            },
            "promote_training_job": None,
            "notes": [],
        },
    }


def test_a_sweep_is_a_candidate_for_each_combination_and_costs_them_all(run: Callable[..., Any]) -> None:
    found = run({"num_topics": [2, 3], "alpha0": [0.5, 1], "dry_run": True, "started_by": "zoe"})
    base = found["job_name_base"]
    candidates = [(one["name"], one["hyperparameters"]["num_topics"]) for one in found["candidates"]]
    assert candidates == [(f"{base}-1", "2"), (f"{base}-2", "2"), (f"{base}-3", "3"), (f"{base}-4", "3")]
    assert found["report"]["candidates"][2] == {"num_topics": 3, "alpha0": 0.5}
    assert found["report"]["training"]["max_concurrency"] == 2
    assert found["report"]["training"]["max_cost"] == 4 * 0.75
    assert (found["dry_run"], found["started_by"]) == (True, "zoe")


def test_without_a_price_the_cost_is_unknown(run: Callable[..., Any]) -> None:
    training = run({}, training={"price_per_instance_hour": None})["report"]["training"]
    assert (training["max_cost"], training["price_per_instance_hour"]) == (None, None)


def test_a_dataset_may_be_named_by_its_manifest(run: Callable[..., Any]) -> None:
    assert run({"manifest": MANIFEST})["dataset"] == "bars"


def test_the_smoke_test_document_is_shortened(run: Callable[..., Any]) -> None:
    assert run({})["smoke_test"]["keys"]
    document = RecordDocument(None, [1.0] * 100_000, None)
    assert len(json.dumps(smoke_test(document, 100_000))) < 5000


def test_all_problems_are_in_one_error(
    refusal: Any, run: Callable[..., Any], bucket: Any, quotas: Any
) -> None:
    del bucket.objects[TEST]
    bucket.objects[TRAIN] += b"0000"
    quotas.values[FOR_TRAINING] = quotas.values[FOR_ENDPOINT] = 0
    found = refusal(run, {"topics": 3, "num_topics": 6, "tol": 0})
    assert found.startswith("7 problems: (1) The execution's input has an unknown field 'topics'. (2) The")
    for part in (
        "The field tol",
        f"names {TEST}",
        f"{TRAIN} has",
        "num_topics is 6",
        FOR_TRAINING,
        FOR_ENDPOINT,
    ):
        assert found.count(part) == 1


def test_an_ambiguous_dataset_is_not_read(refusal: Any, run: Callable[..., Any], bucket: Any) -> None:
    assert "names a dataset and a manifest" in refusal(run, {"dataset": "bars", "manifest": MANIFEST})
    assert bucket.calls == []


@pytest.fixture
def words(bucket: Any, edit_manifest: Callable[..., None]) -> dict[str, str]:
    """Give the dataset a vocabulary and a preparation; return their keys."""
    keys = {name: f"datasets/bars/{name}" for name in ("vocabulary", "preparation")}
    bucket.objects |= dict.fromkeys(keys.values(), b"content")
    edit_manifest(bucket, lambda manifest: manifest.update(keys))
    return keys


@pytest.mark.usefixtures("words")
def test_the_words_of_a_dataset_are_channels_of_the_open_algorithm_alone(run: Callable[..., Any]) -> None:
    assert list(run({})["channels"]) == ["train", "test"]
    channels = run({}, training={"algorithm": "open"})["channels"]
    assert channels["vocabulary"] == f"s3://{BUCKET}/datasets/bars/vocabulary"
    assert channels["preparation"] == f"s3://{BUCKET}/datasets/bars/preparation"


@pytest.mark.parametrize("name", ["vocabulary", "preparation"])
def test_words_that_are_missing_in_the_bucket_are_a_problem(
    run: Callable[..., Any], refusal: Any, bucket: Any, words: dict[str, str], name: str
) -> None:
    del bucket.objects[words[name]]
    expected = (
        f"The {name} datasets/bars/{name} of datasets/bars/manifest.json is missing. Upload the dataset"
    )
    assert expected in refusal(run, {})


def test_words_of_another_dataset_are_a_problem(
    run: Callable[..., Any], refusal: Any, bucket: Any, edit_manifest: Callable[..., None]
) -> None:
    bucket.objects["datasets/other/vocabulary.txt"] = b"ant"
    edit_manifest(bucket, lambda manifest: manifest.update(vocabulary="datasets/other/vocabulary.txt"))
    assert "The vocabulary datasets/other/vocabulary.txt of" in refusal(run, {})


def test_a_test_split_is_identified_by_its_content_and_not_by_what_the_manifest_claims(
    run: Callable[..., Any], bucket: Any
) -> None:
    honest = run({})["test_split"]
    manifest = json.loads(bucket.objects[MANIFEST])
    shard = manifest["splits"]["test"]["shards"][0]
    shard["s3_checksum"] = None
    content = bytearray(bucket.objects[shard["key"]])
    content[-1] ^= 1
    bucket.objects[shard["key"]] = bytes(content)
    bucket.objects[MANIFEST] = json.dumps(manifest).encode()
    assert run({})["test_split"] != honest


def test_auto_is_a_sweep_of_numbers_that_the_dataset_supports(run: Callable[..., Any]) -> None:
    found = run({"num_topics": "auto", "alpha0": [0.5, 1]})
    assert [(each["num_topics"], each["alpha0"]) for each in found["report"]["candidates"]] == [
        (1, 0.5),
        (1, 1),
    ]
    assert [each["hyperparameters"]["num_topics"] for each in found["candidates"]] == ["1", "1"]
