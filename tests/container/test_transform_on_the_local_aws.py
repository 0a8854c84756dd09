"""Batch transform on the local SageMaker: the output has the topic mixtures in the order of the documents."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep import recordio
from spectral_lda import Model
from tests.container.test_jobs_on_the_local_aws import IMAGE, IMAGES
from tests.local_aws.sagemaker.helpers.local_server import BUCKET, Aws, archive, running
from tests.local_aws.sagemaker.helpers.transform_jobs import (
    data_log,
    outputs,
    put_objects,
    run_job,
    transform_request,
)

BINARY = "application/x-recordio-protobuf"
JSONLINES = "application/jsonlines"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    aws_server = Aws(tmp_path_factory.mktemp("aws"))
    aws_server.program = ["-m", "local_aws.server"]  # with the default timeouts for model servers
    aws_server.images = IMAGES
    with running(aws_server):
        yield aws_server


@pytest.fixture(scope="module")
def served_model(aws: Aws, model: Model, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("model") / "model_algo-1"
    model.save(path)
    data = archive({path.name: path.read_bytes()})
    aws.client("s3").put_object(Bucket=BUCKET, Key="model.tar.gz", Body=data)
    aws.client("sagemaker").create_model(
        ModelName="lda",
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"},
        ExecutionRoleArn=aws.role([{"Action": "*", "Resource": "*"}]),
    )
    return "lda"


def as_recordio(counts: Any) -> bytes:
    content = io.BytesIO()
    recordio.write(content, counts)
    return content.getvalue()


def as_csv(counts: Any) -> bytes:
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows(counts.astype(int).tolist())
    return content.getvalue().encode()


def as_jsonlines(counts: Any) -> bytes:
    return b"".join(json.dumps({"features": row}).encode() + b"\n" for row in counts.tolist())


FORMATS = {
    "dense": (BINARY, "RecordIO", as_recordio),
    "sparse": (BINARY, "RecordIO", lambda counts: as_recordio(sparse.csr_array(counts))),
    "csv": ("text/csv", "Line", as_csv),
    "jsonlines": (JSONLINES, "Line", as_jsonlines),
}


@pytest.fixture(scope="module")
def documents() -> Any:
    """Distinct documents for several payloads of a megabyte in every format."""
    return np.random.default_rng(0).integers(0, 1000, (40_000, 4)).astype(np.float32)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_scored_with_the_mixtures_of_the_model(
    aws: Aws, served_model: str, model: Model, documents: Any, name: str
) -> None:
    content_type, split, encode = FORMATS[name]
    uri = put_objects(aws, {"train/part-00000": encode(documents), "train/part-00001": encode(documents[:3])})
    job = transform_request(
        aws,
        served_model,
        uri,
        TransformInput={"ContentType": content_type, "SplitType": split},
        TransformOutput={"Accept": JSONLINES, "AssembleWith": "Line"},
        MaxPayloadInMB=1,
        MaxConcurrentTransforms=2,
    )
    assert run_job(aws, job)["TransformJobStatus"] == "Completed", data_log(aws, job)
    mixtures = {
        key: np.array([json.loads(line)["topic_mixture"] for line in content.splitlines()], np.float32)
        for key, content in outputs(aws, job).items()
    }
    expected = model.topic_mixtures(documents).astype(np.float32)
    assert sorted(mixtures) == ["train/part-00000.out", "train/part-00001.out"]
    np.testing.assert_array_equal(mixtures["train/part-00000.out"], expected)
    np.testing.assert_array_equal(mixtures["train/part-00001.out"], expected[:3])


@pytest.mark.parametrize("name", FORMATS)
def test_single_records_are_scored_as_they_are_sent(
    aws: Aws, served_model: str, model: Model, documents: Any, name: str
) -> None:
    content_type, split, encode = FORMATS[name]
    job = transform_request(
        aws,
        served_model,
        put_objects(aws, {"few": encode(documents[:3])}),
        TransformInput={"ContentType": content_type, "SplitType": split},
        TransformOutput={"Accept": JSONLINES, "AssembleWith": "Line"},
        BatchStrategy="SingleRecord",
    )
    assert run_job(aws, job)["TransformJobStatus"] == "Completed", data_log(aws, job)
    [content] = outputs(aws, job).values()
    mixtures = [json.loads(line)["topic_mixture"] for line in content.splitlines()]
    np.testing.assert_array_equal(
        np.array(mixtures, np.float32), model.topic_mixtures(documents[:3]).astype(np.float32)
    )


TEXTS = ["apple bread", "", "dog xyz cat", "\u732b"] * 2000


@pytest.fixture(scope="module")
def served_text(aws: Aws, model: Model, preparation: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("model-of-text")
    model.save(folder / "model_algo-1")
    preparation.save(folder)
    data = archive({path.name: path.read_bytes() for path in folder.iterdir()})
    aws.client("s3").put_object(Bucket=BUCKET, Key="text/model.tar.gz", Body=data)
    aws.client("sagemaker").create_model(
        ModelName="text",
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/text/model.tar.gz"},
        ExecutionRoleArn=aws.role([{"Action": "*", "Resource": "*"}]),
    )
    return "text"


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
@pytest.mark.parametrize("content_type", ["text/plain", JSONLINES])
def test_texts_are_scored_with_a_line_each(
    aws: Aws, served_text: str, content_type: str, strategy: str
) -> None:
    texts = TEXTS if strategy == "MultiRecord" else TEXTS[:8]
    lines = texts if content_type == "text/plain" else [json.dumps({"text": text}) for text in texts]
    uri = put_objects(aws, {"texts/part-00000": "".join(f"{line}\n" for line in lines).encode()})
    job = transform_request(
        aws,
        served_text,
        uri,
        TransformInput={"ContentType": content_type, "SplitType": "Line"},
        TransformOutput={"Accept": JSONLINES, "AssembleWith": "Line"},
        BatchStrategy=strategy,
        MaxPayloadInMB=1,
    )
    assert run_job(aws, job)["TransformJobStatus"] == "Completed", data_log(aws, job)
    [content] = outputs(aws, job).values()
    rows = [json.loads(line) for line in content.splitlines()]
    assert [row["tokens"] - row["unknown_tokens"] for row in rows] == [2, 0, 2, 0] * (len(texts) // 4)
    assert [row["topic_mixture"] is None for row in rows] == [False, True, False, True] * (len(texts) // 4)


def test_an_invalid_document_fails_the_job_with_its_line_number(
    aws: Aws, served_model: str, documents: Any
) -> None:
    uri = put_objects(aws, {"bad.csv": as_csv(documents[:5]) + b"1,2,three,4\n"})
    job = transform_request(aws, served_model, uri, TransformInput={"SplitType": "Line"})
    assert run_job(aws, job)["FailureReason"] == "ClientError: See job logs for more information"
    assert data_log(aws, job)[1].endswith("/bad.csv: ClientError: 400")
    assert any("line 6" in line for line in data_log(aws, job)), data_log(aws, job)
    assert outputs(aws, job) == {}
