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
        sent = list(request_bodies(counts))
    rows = [[float(field) for field in line.split(b",")] for body in sent for line in body.splitlines()]
    np.testing.assert_array_equal(rows, counts)
    for body in sent:
        assert body.count(b"\n") <= documents
        assert len(body) <= size or body.count(b"\n") == 1


def test_a_sparse_matrix_gives_the_same_request_bodies_as_the_dense_one() -> None:
    counts = np.array([[0, 2, 0], [1, 0, 0]])
    assert list(request_bodies(sparse.csc_array(counts))) == list(request_bodies(counts))
