"""The history is read from the objects under evaluations/ in the data bucket."""

import io
import json
from typing import Any

import pytest

from client.deployment import Deployment
from client.executions.history import list_models, table
from tests.client.conftest import StubbedAws, run_client

BUCKET = "data-bucket"


class Bucket:
    """Lists its keys in pages of two."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803 -- boto3's names
        assert Bucket == BUCKET
        keys = [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)]
        return [{"Contents": keys[begin : begin + 2]} for begin in range(0, len(keys), 2)] or [{}]

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert Bucket == BUCKET
        return {"Body": io.BytesIO(self.objects[Key])}


def model_url(job: str) -> str:
    return f"s3://{BUCKET}/models/{job}/output/model.tar.gz"


def evaluation(job: str, day: int, pwll: float | None, **fields: Any) -> bytes:
    known = {
        "training_job": job,
        "model_data_url": model_url(job),
        "created": f"2026-01-0{day}T08:30:59+00:00",
        "dataset": "nips",
        "hyperparameters": {"num_topics": "20", "alpha0": "0.5"},
        "pwll": pwll,
        "decision": "reject",
        "started_by": "arn:aws:iam::123456789012:user/x",
    }
    return json.dumps({**known, **fields}).encode()


def store_evaluations(aws: StubbedAws, objects: dict[str, bytes], serving: str = "") -> None:
    aws.fakes["s3"] = Bucket(objects)
    aws.respond_stack("DevStorage", outputs={"DataBucketName": BUCKET})
    stack = {
        "StackName": "DevServing",
        "CreationTime": "2026-01-01T00:00:00Z",
        "StackStatus": "UPDATE_COMPLETE",
        "Parameters": [{"ParameterKey": "ModelDataUrl", "ParameterValue": serving}],
    }
    aws.respond("cloudformation", "describe_stacks", {"Stacks": [stack]}, StackName="DevServing")


def test_every_evaluation_is_a_row_the_newest_first_and_the_model_in_service_is_marked(
    aws: StubbedAws, deployment: Deployment
) -> None:
    words = [(0.1, ["ant", "bee", "cat", "dog"]), (0.9, ["emu", "fox"])]
    diagnostics = {"topics": [{"alpha": alpha, "words": each} for alpha, each in words]}
    objects = {
        "evaluations/a/evaluation.json": evaluation("a", 1, -2.5, decision="promote"),
        "evaluations/b/evaluation.json": evaluation("b", 3, None, started_by=""),
        "evaluations/c/evaluation.json": evaluation(
            "c", 2, -2.25, diagnostics=diagnostics, completion={"per_word": -2.5}
        ),
        "evaluations/c/notes.txt": b"mine",
        "datasets/evaluation.json": b"{}",
    }
    store_evaluations(aws, objects, serving=model_url("a"))
    assert [" ".join(" ".join(row).split()) for row in table(list_models(deployment))] == [
        (
            "training job created dataset num_topics alpha0 completion test:pwll decision serving started by"
            " largest topics"
        ),
        "b 2026-01-03 08:30 nips 20 0.5 reject",
        (
            "c 2026-01-02 08:30 nips 20 0.5 -2.5 -2.25 reject arn:aws:iam::123456789012:user/x emu fox; ant"
            " bee cat"
        ),
        "a 2026-01-01 08:30 nips 20 0.5 -2.5 promote now arn:aws:iam::123456789012:user/x",
    ]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{}", b'{"hyperparameters": {}}'])
def test_an_unreadable_evaluation_is_listed_and_hides_no_other(
    aws: StubbedAws, deployment: Deployment, content: bytes
) -> None:
    whole = evaluation("a", 1, -2.5)
    store_evaluations(aws, {"evaluations/a/evaluation.json": whole, "evaluations/b/evaluation.json": content})
    models = list_models(deployment)
    assert [(entry.training_job, entry.decision) for entry in models] == [
        ("a", "reject"),
        ("b", "unreadable"),
    ]
    assert " ".join(table(models)[2]).split() == ["b", "unreadable"]


def test_the_command_prints_the_table_or_json(
    aws: StubbedAws,
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("client.deployment.Deployment", lambda *_names: deployment)
    for _ in range(2):
        store_evaluations(
            aws, {"evaluations/a/evaluation.json": evaluation("a", 1, -2.5)}, serving=model_url("a")
        )
    assert run_client(["history"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("a  ")
    assert run_client(["history", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["num_topics"], entry["alpha0"], entry["pwll"], entry["serving"]) == (20, 0.5, -2.5, True)


def test_without_evaluations_the_table_is_its_head(aws: StubbedAws, deployment: Deployment) -> None:
    store_evaluations(aws, {})
    assert len(table(list_models(deployment))) == 1
