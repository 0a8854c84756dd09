import io
import json
from typing import Any

import numpy as np
import pytest
from botocore.response import StreamingBody
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from client import predict as predict_module
from client.deployment import Deployment
from client.errors import UserError
from client.predict import predict, request_bodies
from data_prep import recordio
from tests.client.conftest import StubbedAws


def answer(aws: StubbedAws, mixtures: list[list[float]], body: bytes) -> None:
    text = json.dumps({"predictions": [{"topic_mixture": mixture} for mixture in mixtures]}).encode()
    request = {
        "EndpointName": "lda-dev",
        "ContentType": "text/csv",
        "Accept": "application/json",
        "Body": body,
    }
    stream = StreamingBody(io.BytesIO(text), len(text))
    aws.respond("sagemaker-runtime", "invoke_endpoint", {"Body": stream}, **request)


def serving(aws: StubbedAws) -> None:
    aws.respond_stack("DevServing", outputs={"EndpointName": "lda-dev"})


def test_documents_are_sent_as_csv_and_mixtures_come_back_in_order(
    aws: StubbedAws, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predict_module, "MAX_DOCUMENTS", 2)
    serving(aws)
    answer(aws, [[0.1, 0.9], [0.2, 0.8]], b"1,0,2\n0,0.5,1\n")
    answer(aws, [[1.0, 0.0]], b"3,0,0\n")
    mixtures = predict(deployment, [[1, 0, 2], [0, 0.5, 1], [3, 0, 0]])
    np.testing.assert_array_equal(mixtures, [[0.1, 0.9], [0.2, 0.8], [1.0, 0.0]])


def test_the_containers_error_message_is_reported(aws: StubbedAws, deployment: Deployment) -> None:
    serving(aws)
    aws.stub("sagemaker-runtime").add_client_error(
        "invoke_endpoint",
        "ModelError",
        "Received client error (400) from primary",
        modeled_fields={"OriginalStatusCode": 400, "OriginalMessage": "row 1 has 2 counts, the model has 25"},
    )
    with pytest.raises(UserError, match=r"lda-dev refused the documents: row 1 has 2 counts"):
        predict(deployment, [[1, 2]])


COUNTS = st.floats(0, 1e9, allow_nan=False) | st.integers(0, 10**6).map(float)


@given(
    counts=arrays(float, st.tuples(st.integers(1, 30), st.integers(1, 8)), elements=COUNTS),
    documents=st.integers(1, 7),
    size=st.integers(1, 200),
)
def test_request_bodies_contain_every_document_exactly_and_respect_both_limits(
    counts: Any, documents: int, size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predict_module, "MAX_DOCUMENTS", documents)
        patch.setattr(predict_module, "MAX_BODY_BYTES", size)
        sent = [body for kind, body in request_bodies(counts) if kind == "text/csv"]
    rows = [[float(field) for field in line.split(b",")] for body in sent for line in body.splitlines()]
    np.testing.assert_array_equal(rows, counts)
    for body in sent:
        assert body.count(b"\n") <= documents
        assert len(body) <= size or body.count(b"\n") == 1


@given(
    counts=arrays(np.float32, st.tuples(st.integers(1, 30), st.integers(1, 8)), elements=st.integers(0, 9)),
    documents=st.integers(1, 7),
    size=st.integers(1, 400),
)
def test_sparse_documents_are_sent_as_records_within_the_same_limits(
    counts: Any, documents: int, size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predict_module, "MAX_DOCUMENTS", documents)
        patch.setattr(predict_module, "MAX_BODY_BYTES", size)
        sent = list(request_bodies(sparse.csc_array(counts)))
    assert {kind for kind, _ in sent} == {"application/x-recordio-protobuf"}
    received = [recordio.read(io.BytesIO(body)) for _, body in sent]
    np.testing.assert_array_equal(np.vstack([part.toarray() for part in received]), counts)
    for part, (_, body) in zip(received, sent, strict=True):
        assert part.shape[0] <= documents
        assert len(body) <= size or part.shape[0] == 1


def test_a_document_over_four_million_words_is_small() -> None:
    words = 4_000_000
    document = sparse.csr_array(([1.0] * 20, ([0] * 20, range(0, words, words // 20))), shape=(1, words))
    ((_, body),) = request_bodies(document)
    assert len(body) < 500
