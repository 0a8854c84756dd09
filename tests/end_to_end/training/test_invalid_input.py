"""Invalid input, datasets and settings are refused with a cause before a training job starts."""

import hashlib
import json
from typing import Any

import pytest

from tests.end_to_end.helpers.deployment import Deployment
from tests.end_to_end.helpers.notification_queue import NotificationQueue

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module", autouse=True)
def notifications(deployment: Deployment) -> NotificationQueue:
    return deployment.subscribe()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"num_topcis": 10}, "num_topcis"),
        ({"num_topics": "ten"}, "num_topics"),
        ({"num_topics": 0}, "num_topics"),
        ({"alpha0": -1}, "alpha0"),
        ({"promote": "yes"}, "promote"),
        ({"dataset": "nowhere"}, "nowhere"),
        ({"dataset": "../models"}, "dataset"),
    ],
)
def test_invalid_input_is_refused_before_a_training_job(
    deployment: Deployment, notifications: NotificationQueue, fields: dict[str, object], expected: str
) -> None:
    before = deployment.training_jobs()
    outcome = deployment.run(**fields)
    assert (outcome.status, outcome.error) == ("FAILED", "InvalidInput")
    assert expected in outcome.cause
    assert deployment.training_jobs() == before
    assert any(expected in message for message in notifications.messages())


def test_the_comment_that_the_console_prefills_is_ignored(deployment: Deployment) -> None:
    outcome = deployment.run(Comment="Insert your JSON here", promote=False)
    outcome.require_success()


def test_one_endpoint_instance_is_enough_quota_for_the_first_model_and_zero_is_refused(
    deployment: Deployment,
) -> None:
    quotas = deployment.local_aws.client("service-quotas")
    pages = quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    listed = (quota for page in pages for quota in page["Quotas"])
    code = next(q["QuotaCode"] for q in listed if q["QuotaName"] == "ml.c4.xlarge for endpoint usage")
    outcomes = {}
    for value in (1, 0, 20):
        quotas.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode=code, DesiredValue=value)
        outcomes[value] = deployment.run(dry_run=True)
    requirement = "an endpoint takes 1, or 2 while its model is replaced"
    assert [requirement in note for note in outcomes[1].require_success().output["notes"]] == [True]
    assert outcomes[0].error == "InvalidInput"
    assert requirement in outcomes[0].cause
    assert outcomes[20].require_success().output["notes"] == []


@pytest.mark.parametrize("damage", ["missing", "foreign", "replaced"])
def test_shards_that_do_not_match_the_manifest_are_named(
    deployment: Deployment, small_splits: tuple[Any, Any], damage: str
) -> None:
    name = f"damaged-{damage}"
    deployment.upload(name, *small_splits)
    bucket = deployment.output("Storage", "DataBucketName")
    storage = deployment.local_aws.client("s3")
    shard = f"datasets/{name}/train/part-00000.pbr"
    if damage == "missing":
        storage.delete_object(Bucket=bucket, Key=shard)
    elif damage == "foreign":
        storage.put_object(Bucket=bucket, Key=f"datasets/{name}/train/part-00001.pbr", Body=b"left over")
    else:
        body = bytearray(storage.get_object(Bucket=bucket, Key=shard)["Body"].read())
        body[-1] ^= 1
        storage.put_object(Bucket=bucket, Key=shard, Body=bytes(body))
    before = deployment.training_jobs()
    outcome = deployment.run(dataset=name)
    assert (outcome.status, outcome.error) == ("FAILED", "InvalidInput")
    assert f"datasets/{name}/train/part-0000" in outcome.cause
    assert deployment.training_jobs() == before


def test_the_cause_and_the_notification_quote_a_failed_training_job(
    deployment: Deployment, small_splits: tuple[Any, Any], notifications: NotificationQueue
) -> None:
    """Records in the middle of a shard are corrupt: only the training job reads them."""
    deployment.upload("broken", *small_splits)
    bucket = deployment.output("Storage", "DataBucketName")
    storage = deployment.local_aws.client("s3")
    shard = "datasets/broken/train/part-00000.pbr"
    body = bytearray(storage.get_object(Bucket=bucket, Key=shard)["Body"].read())
    body[len(body) // 2 :: 128] = b"\xff" * len(body[len(body) // 2 :: 128])
    storage.put_object(Bucket=bucket, Key=shard, Body=bytes(body))
    update_checksum(deployment, bucket, "broken", shard, bytes(body))
    outcome = deployment.run(dataset="broken")
    assert (outcome.status, outcome.error) == ("FAILED", "TrainingFailed")
    assert "record" in outcome.cause
    assert "/aws/sagemaker/TrainingJobs" in outcome.cause
    assert any("record" in message for message in notifications.messages())


def update_checksum(deployment: Deployment, bucket: str, name: str, shard: str, body: bytes) -> None:
    """Record the checksum of the corrupt shard in the manifest."""
    storage = deployment.local_aws.client("s3")
    key = f"datasets/{name}/manifest.json"
    manifest = json.loads(storage.get_object(Bucket=bucket, Key=key)["Body"].read())
    head = storage.head_object(Bucket=bucket, Key=shard, ChecksumMode="ENABLED")
    for entry in manifest["splits"]["train"]["shards"]:
        entry["sha256"] = hashlib.sha256(body).hexdigest()
        algorithm = (entry["s3_checksum"] or {}).get("algorithm")
        if algorithm:
            entry["s3_checksum"]["value"] = head.get(f"Checksum{algorithm}")
            entry["s3_checksum"]["type"] = head.get("ChecksumType", "FULL_OBJECT")
    storage.put_object(Bucket=bucket, Key=key, Body=json.dumps(manifest).encode())


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"region": "eu-north-1"}, "eu-north-1"),
        ({"environment": "staging"}, "staging"),
        ({"num_topcis": 3}, "num_topcis"),
        ({"num_topics": "ten"}, "num_topics"),
    ],
)
def test_invalid_settings_fail_the_synthesis(
    deployment: Deployment, context: dict[str, Any], expected: str
) -> None:
    synthesis = deployment.local_aws.cdk("synth", "--quiet", **context)
    assert synthesis.returncode != 0
    assert expected in synthesis.stderr
    assert "Traceback" not in synthesis.stderr
