"""Mistakes get a sentence, before any money is spent, and lose nothing."""

import hashlib
import json
from typing import Any

import pytest

from tests.end_to_end.machine import Mailbox, Project

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module", autouse=True)
def mailbox(project: Project) -> Mailbox:
    return project.mailbox()


@pytest.mark.parametrize(
    ("fields", "named"),
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
def test_input_that_cannot_be_meant_is_refused_before_a_training_job(
    project: Project, mailbox: Mailbox, fields: dict[str, object], named: str
) -> None:
    before = project.training_jobs()
    outcome = project.run(**fields)
    assert (outcome.status, outcome.error) == ("FAILED", "InvalidInput")
    assert named in outcome.cause
    assert project.training_jobs() == before
    assert any(named in message for message in mailbox.messages())


def test_the_comment_that_the_console_prefills_is_ignored(project: Project) -> None:
    outcome = project.run(Comment="Insert your JSON here", promote=False)
    outcome.succeeded()


def test_a_quota_of_one_endpoint_instance_is_enough_for_the_first_model_and_none_is_not(
    project: Project,
) -> None:
    quotas = project.machine.client("service-quotas")
    pages = quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    found = (one for page in pages for one in page["Quotas"])
    code = next(one["QuotaCode"] for one in found if one["QuotaName"] == "ml.c4.xlarge for endpoint usage")
    outcomes = {}
    for value in (1, 0, 20):
        quotas.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode=code, DesiredValue=value)
        outcomes[value] = project.run(dry_run=True)
    told = "an endpoint takes 1, or 2 while its model is replaced"
    assert [told in note for note in outcomes[1].succeeded().output["notes"]] == [True]
    assert outcomes[0].error == "InvalidInput"
    assert told in outcomes[0].cause
    assert outcomes[20].succeeded().output["notes"] == []


@pytest.mark.parametrize("damage", ["missing", "foreign", "replaced"])
def test_shards_that_do_not_match_the_manifest_are_named(
    project: Project, small: tuple[Any, Any], damage: str
) -> None:
    name = f"damaged-{damage}"
    project.upload(name, *small)
    bucket = project.output("Storage", "DataBucketName")
    storage = project.machine.client("s3")
    shard = f"datasets/{name}/train/part-00000.pbr"
    if damage == "missing":
        storage.delete_object(Bucket=bucket, Key=shard)
    elif damage == "foreign":
        storage.put_object(Bucket=bucket, Key=f"datasets/{name}/train/part-00001.pbr", Body=b"left over")
    else:
        body = bytearray(storage.get_object(Bucket=bucket, Key=shard)["Body"].read())
        body[-1] ^= 1
        storage.put_object(Bucket=bucket, Key=shard, Body=bytes(body))
    before = project.training_jobs()
    outcome = project.run(dataset=name)
    assert (outcome.status, outcome.error) == ("FAILED", "InvalidInput")
    assert f"datasets/{name}/train/part-0000" in outcome.cause
    assert project.training_jobs() == before


def test_a_training_process_that_fails_is_quoted_in_the_cause_and_the_notification(
    project: Project, small: tuple[Any, Any], mailbox: Mailbox
) -> None:
    """A record in the middle of a shard is broken: only the training job reads that far."""
    project.upload("broken", *small)
    bucket = project.output("Storage", "DataBucketName")
    storage = project.machine.client("s3")
    shard = "datasets/broken/train/part-00000.pbr"
    body = bytearray(storage.get_object(Bucket=bucket, Key=shard)["Body"].read())
    body[len(body) // 2 :: 128] = b"\xff" * len(body[len(body) // 2 :: 128])
    storage.put_object(Bucket=bucket, Key=shard, Body=bytes(body))
    describe_again(project, bucket, "broken", shard, bytes(body))
    outcome = project.run(dataset="broken")
    assert (outcome.status, outcome.error) == ("FAILED", "TrainingFailed")
    assert "record" in outcome.cause
    assert "/aws/sagemaker/TrainingJobs" in outcome.cause
    assert any("record" in message for message in mailbox.messages())


def describe_again(project: Project, bucket: str, name: str, shard: str, body: bytes) -> None:
    """Let the manifest vouch for the broken shard."""
    storage = project.machine.client("s3")
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
    ("context", "named"),
    [
        ({"region": "eu-north-1"}, "eu-north-1"),
        ({"environment": "staging"}, "staging"),
        ({"num_topcis": 3}, "num_topcis"),
        ({"num_topics": "ten"}, "num_topics"),
    ],
)
def test_settings_that_cannot_be_meant_stop_the_synthesis(
    project: Project, context: dict[str, Any], named: str
) -> None:
    done = project.machine.cdk("synth", "--quiet", **context)
    assert done.returncode != 0
    assert named in done.stderr
    assert "Traceback" not in done.stderr
