"""The model server's responses to valid and malformed documents."""

import io
import json
import re
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep import recordio
from spectral_lda import Model

# conftest.Server: test files can't import it.
Server = Any

DOCUMENTS = np.array([[3, 1, 0, 0], [0, 0, 2, 2], [1, 0, 1, 0]], np.float32)
DENSE = {"features": [3, 1, 0, 0]}
NESTED = {"data": {"features": {"values": [0, 0, 2, 2]}}}
SPARSE = {"data": {"features": {"keys": [2, 0], "shape": [4], "values": [1, 1]}}}


def records(counts: Any, layout: str) -> bytes:
    buffer = io.BytesIO()
    recordio.write(buffer, counts, layout=layout)
    return buffer.getvalue()


REQUESTS = {
    "csv": ("text/csv", b"3,1,0,0\n0,0,2,2\n1,0,1,0\n"),
    "csv with labels ruled out": ("text/csv;label_size=0", b"3,1,0,0\r\n0,0,2,2\r\n1,0,1,0"),
    "json": ("application/json", json.dumps({"instances": [DENSE, NESTED, SPARSE]}).encode()),
    "jsonlines": (
        "application/jsonlines",
        "\n".join(json.dumps(item) for item in (DENSE, NESTED, SPARSE)).encode(),
    ),
    "dense recordio": ("application/x-recordio-protobuf", records(DOCUMENTS, "dense")),
    "sparse recordio": (
        "application/x-recordio-protobuf",
        records(sparse.csr_array(DOCUMENTS), "sparse"),
    ),
}


@pytest.mark.parametrize(("content_type", "body"), REQUESTS.values(), ids=REQUESTS)
def test_every_content_type_gets_the_models_mixtures_in_order(
    server: Server, model: Model, content_type: str, body: bytes
) -> None:
    status, response = server.invoke(body, content_type)
    assert status == 200, response
    rows = [row["topic_mixture"] for row in json.loads(response)["predictions"]]
    expected = model.topic_mixtures(DOCUMENTS).astype(np.float32)
    np.testing.assert_allclose(rows, expected, atol=1e-6)
    np.testing.assert_allclose(np.sum(rows, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(np.array(rows), np.array(rows, np.float32))


def test_jsonlines_and_recordio_are_returned_if_accepted(server: Server, model: Model) -> None:
    expected = model.topic_mixtures(DOCUMENTS).astype(np.float32)
    _, lines = server.invoke(REQUESTS["csv"][1], Accept="application/jsonlines")
    rows = [json.loads(line)["topic_mixture"] for line in lines.decode().splitlines()]
    np.testing.assert_allclose(rows, expected, atol=1e-6)
    _, packed = server.invoke(REQUESTS["csv"][1], Accept="application/x-recordio-protobuf")
    labels = [record.labels["topic_mixture"].values for record in recordio.iter_records(io.BytesIO(packed))]
    np.testing.assert_array_equal(np.array(labels), np.array(rows, np.float32))


def test_ping_is_200_and_empty(server: Server) -> None:
    with server.connect() as connection:
        connection.request("GET", "/ping")
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")


def test_fractional_weights_and_empty_documents_are_accepted(server: Server) -> None:
    status, response = server.invoke("0.5,0.25,0,0\n0,0,0,0\n")
    assert status == 200
    first, empty = (row["topic_mixture"] for row in json.loads(response)["predictions"])
    assert first[0] > first[1]
    assert empty == [0.5, 0.5]


JSON = "application/json"
LINES = "application/jsonlines"
RECORDIO = "application/x-recordio-protobuf"


def instances(*items: Any) -> bytes:
    return json.dumps({"instances": [DENSE, *items]}).encode()


def of_features(**features: Any) -> bytes:
    return instances({"data": {"features": features}})


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        ("text/csv", b"", "contains no document"),
        ("text/csv", b"1,2,3,4\n1,2\n", "Line 2 has 2 values; the vocabulary has 4 words"),
        ("text/csv", b"1,2,x,4", "Value 3 of line 1 is 'x', not a number"),
        ("text/csv", b"1,2,nan,4", "Value 3 of line 1 is 'nan'"),
        ("text/csv", b"1,2,-3,4", "Value 3 of line 1 is '-3'"),
        ("text/csv", b"1,2,3,4\n\n1,2,1e16,4", "Value 3 of line 3 is '1e16', not a number from 0 to"),
        ("text/csv", b"1,2,3,4,\n", "Line 1 has 5 values; the vocabulary has 4 words"),
        ("text/csv", b"1,2,\xff,4", "CSV must be UTF-8 text"),
        ("text/csv", b"1,2,1_0,4", "Value 3 of line 1 is '1_0', not a number"),
        (JSON, b"", "The body is not JSON"),
        (JSON, b"\xff", "The body is not JSON"),
        (JSON, b"[" * 100_000, "The body nests too deeply"),
        (JSON, b"[]", 'The body must be {"instances"'),
        (JSON, b'{"instances": 3}', 'The body must be {"instances"'),
        (JSON, b'{"instances": []}', "contains no document"),
        (JSON, instances(7), "Instance 1 must be an object"),
        (JSON, instances({}), 'Instance 1 has neither "features" nor "data"'),
        (JSON, instances({"data": {"features": []}}), 'Instance 1 has neither "features" nor "data"'),
        (JSON, instances({"features": 3}), "Instance 1, features must be a list of numbers"),
        (
            JSON,
            instances({"features": [1]}),
            "Instance 1, features has 1 values; the model's vocabulary has 4 words",
        ),
        (JSON, instances({"features": [1, 2, "3", 4]}), r'features\[2\] is "3", not a number'),
        (JSON, instances({"features": [1, 2, True, 4]}), r"features\[2\] is true, not a number"),
        (JSON, instances({"features": [1, 2, float("nan"), 4]}), r"features\[2\] is NaN, not a number"),
        (
            JSON,
            instances({"features": [1, 2, -0.5, 4]}),
            r"features\[2\] is -0.5, not a number from 0 to 2\^53",
        ),
        (JSON, instances({"features": [1, 2, 10**400, 4]}), r"features\[2\] is 1000"),
        (JSON, instances({"features": [1, 2, 1e16, 4]}), r"features\[2\] is 1e\+16, not a number from 0 to"),
        (JSON, instances({"features": [1, 2, None, 4]}), r"features\[2\] is null, not a number"),
        (JSON, instances({"features": [1, 2, [3], 4]}), r"features\[2\] is \[3\], not a number"),
        (JSON, of_features(), r"Instance 1, data.features.values must be a list"),
        (JSON, of_features(keys=[0], values=[1]), r"data.features.shape is None; the model needs \[4\]"),
        (JSON, of_features(keys=[0], shape=[5], values=[1]), r"shape is \[5\]; the model needs \[4\]"),
        (JSON, of_features(keys=[0, 1], shape=[4], values=[1]), "has 2 keys and 1 values"),
        (
            JSON,
            of_features(keys=[0, 4], shape=[4], values=[1, 1]),
            r"keys\[1\] is 4, not a whole number below 4",
        ),
        (JSON, of_features(keys=[0.5], shape=[4], values=[1]), r"keys\[0\] is 0.5"),
        (LINES, b'{"features": [1,2,3,4]}\n\n{"features": [1', "Line 3 is not JSON"),
        (LINES, b'{"features": [1,2,3,4]}\n{"features": [1]}', "Line 2, features has 1 values"),
        (RECORDIO, b"no records", "magic|record"),
        (RECORDIO, records(DOCUMENTS, "dense")[:-3], "record 2"),
        (RECORDIO, records(DOCUMENTS[:, :3], "dense"), "The model's vocabulary has 4 words"),
        (RECORDIO, b"", "contains no document"),
    ],
)
def test_a_malformed_body_is_400_with_the_location_of_the_error(
    server: Server, content_type: str, body: bytes, message: str
) -> None:
    status, response = server.invoke(body, content_type)
    assert status == 400, response
    assert re.search(message, response.decode()), response
    assert server.ping() == 200
