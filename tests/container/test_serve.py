"""The model server as SageMaker calls it: answers, refusals one by one, and its end."""

import io
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
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
    status, answer = server.ask(body, content_type)
    assert status == 200, answer
    rows = [row["topic_mixture"] for row in json.loads(answer)["predictions"]]
    expected = model.topic_mixtures(DOCUMENTS).astype(np.float32)
    np.testing.assert_allclose(rows, expected, atol=1e-6)
    np.testing.assert_allclose(np.sum(rows, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(np.array(rows), np.array(rows, np.float32))


def test_jsonlines_and_recordio_are_answered_when_accepted(server: Server, model: Model) -> None:
    expected = model.topic_mixtures(DOCUMENTS).astype(np.float32)
    _, lines = server.ask(REQUESTS["csv"][1], Accept="application/jsonlines")
    rows = [json.loads(line)["topic_mixture"] for line in lines.decode().splitlines()]
    np.testing.assert_allclose(rows, expected, atol=1e-6)
    _, packed = server.ask(REQUESTS["csv"][1], Accept="application/x-recordio-protobuf")
    labels = [record.labels["topic_mixture"].values for record in recordio.iter_records(io.BytesIO(packed))]
    np.testing.assert_array_equal(np.array(labels), np.array(rows, np.float32))


def test_ping_is_200_and_empty(server: Server) -> None:
    with server.connect() as connection:
        connection.request("GET", "/ping")
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")


def test_fractional_weights_and_empty_documents_are_answered(server: Server) -> None:
    status, answer = server.ask("0.5,0.25,0,0\n0,0,0,0\n")
    assert status == 200
    first, empty = (row["topic_mixture"] for row in json.loads(answer)["predictions"])
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
    ("content_type", "body", "sentence"),
    [
        ("text/csv", b"", "holds no document"),
        ("text/csv", b"1,2,3,4\n1,2\n", "Line 2 has 2 values; the vocabulary has 4 words"),
        ("text/csv", b"1,2,x,4", "Value 3 of line 1 is 'x', not a number"),
        ("text/csv", b"1,2,nan,4", "Value 3 of line 1 is 'nan'"),
        ("text/csv", b"1,2,-3,4", "Value 3 of line 1 is '-3'"),
        ("text/csv", b"1,2,\xff,4", "codec can't decode"),
        (JSON, b"", "The body is not JSON"),
        (JSON, b"\xff", "The body is not JSON"),
        (JSON, b"[" * 100_000, "The body nests too deeply"),
        (JSON, b"[]", 'The body must be {"instances"'),
        (JSON, b'{"instances": 3}', 'The body must be {"instances"'),
        (JSON, b'{"instances": []}', "holds no document"),
        (JSON, instances(7), "Instance 1 must be an object"),
        (JSON, instances({}), 'Instance 1 has neither "features" nor "data"'),
        (JSON, instances({"data": {"features": []}}), 'Instance 1 has neither "features" nor "data"'),
        (JSON, instances({"features": 3}), "Instance 1, features must be a list of numbers"),
        (JSON, instances({"features": [1]}), "Instance 1, features has 1 values; the model knows 4 words"),
        (JSON, instances({"features": [1, 2, "3", 4]}), r'features\[2\] is "3", not a number'),
        (JSON, instances({"features": [1, 2, True, 4]}), r"features\[2\] is true, not a number"),
        (JSON, instances({"features": [1, 2, float("nan"), 4]}), r"features\[2\] is NaN, not a number"),
        (
            JSON,
            instances({"features": [1, 2, -0.5, 4]}),
            r"features\[2\] is -0.5, not a number of at least 0",
        ),
        (JSON, instances({"features": [1, 2, 10**400, 4]}), r"features\[2\] is 1000"),
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
        (RECORDIO, records(DOCUMENTS[:, :3], "dense"), "The model knows 4 words"),
        (RECORDIO, b"", "holds no document"),
    ],
)
def test_a_malformed_body_is_400_with_what_is_wrong_and_where(
    server: Server, content_type: str, body: bytes, sentence: str
) -> None:
    status, answer = server.ask(body, content_type)
    assert status == 400, answer
    assert re.search(sentence, answer.decode()), answer
    assert server.ping() == 200


@pytest.mark.parametrize(
    ("headers", "status", "sentence"),
    [
        ({"Accept": "image/png"}, 406, "The answer comes as application/json, application/jsonlines"),
        ({"Content_Encoding": "gzip"}, 415, "documents come as"),
    ],
)
def test_what_can_not_be_answered_is_refused(
    server: Server, headers: dict[str, str], status: int, sentence: str
) -> None:
    found, answer = server.ask("1,2,3,4", **headers)
    assert found == status
    assert sentence in answer.decode()


@pytest.mark.parametrize(
    "content_type", ["image/png", "", None, "text/csv;label_size=1", "text/csv;charset=utf-16"]
)
def test_an_unknown_content_type_is_415(server: Server, content_type: str | None) -> None:
    assert server.ask("1,2,3,4", content_type)[0] == 415


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/invocations", 405, "POST"),
        ("PUT", "/invocations", 405, "POST"),
        ("POST", "/ping", 405, "GET"),
        ("DELETE", "/ping", 405, "GET"),
        ("HEAD", "/ping", 405, "GET"),
        ("GET", "/", 404, None),
        ("POST", "/invocations/more", 404, None),
    ],
)
def test_other_paths_are_404_and_other_methods_405(
    server: Server, method: str, path: str, status: int, allowed: str | None
) -> None:
    with server.connect() as connection:
        connection.request(method, path, body=b"" if method in {"POST", "PUT"} else None)
        response = connection.getresponse()
        assert (response.status, response.getheader("Allow")) == (status, allowed)
        response.read()
        connection.request("GET", "/ping")
        assert connection.getresponse().status == 200


@pytest.mark.parametrize("extra", [1, 1_000_000])
def test_a_body_beyond_sagemakers_limit_is_413(server: Server, extra: int) -> None:
    status, answer = server.ask(b"0" * (6_291_456 + extra))
    assert status == 413
    assert f"{6_291_456 + extra} bytes; SageMaker takes 6291456" in answer.decode()
    assert server.ping() == 200


def test_a_body_of_just_the_limit_is_read(server: Server) -> None:
    line = b"1,2,3,4\n"
    body = line * (6_291_456 // len(line))
    assert len(body) == 6_291_456
    # Two hundred thousand lines would take seconds to answer: the last one is wrong, and found.
    assert server.ask(body[:-2] + b"x\n")[0] == 400


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /invocations HTTP/1.1\r\nContent-Type: text/csv\r\n\r\n", b"411"),
        (b"POST /invocations HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", b"400"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", b"413"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET /ping HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"431"),
    ],
)
def test_broken_requests_are_answered_and_their_connection_closed(
    server: Server, head: bytes, status: bytes
) -> None:
    with server.raw(head) as connection:
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert status in answer.split(b"\r\n")[0]
    assert server.ping() == 200


@pytest.mark.parametrize(
    "half", [b"", b"POST /invo", b"POST /invocations HTTP/1.1\r\nContent-Length: 100\r\n\r\n1,"]
)
def test_half_requests_and_callers_who_leave_hold_nobody_up(server: Server, half: bytes) -> None:
    waiting = [server.raw(half) for _ in range(8)]
    assert server.ask("1,2,3,4")[0] == 200
    for connection in waiting:
        connection.close()
    assert server.ping() == 200


def test_a_connection_carries_many_requests(server: Server) -> None:
    with server.connect() as connection:
        connection.connect()
        port = connection.sock.getsockname()[1]
        for body, status in (("1,2,3,4", 200), ("1,2", 400), ("4,3,2,1", 200)):
            connection.request("POST", "/invocations", body, {"Content-Type": "text/csv"})
            response = connection.getresponse()
            response.read()
            assert response.status == status
            assert connection.sock.getsockname()[1] == port


def test_answers_at_the_same_time_are_not_mixed_up(server: Server) -> None:
    bodies = [f"{one},{one},{16 - one},0" for one in range(16)]
    alone = [server.ask(body)[1] for body in bodies]
    together: dict[str, bytes] = {}
    threads = [
        threading.Thread(target=lambda body=body: together.update({body: server.ask(body)[1]}))
        for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[body] for body in bodies] == alone


def saved(base: Path, model: Model) -> Path:
    (base / "model").mkdir()
    model.save(base / "model" / "model_algo-1")
    return base


def test_sigterm_ends_the_server_with_0_though_callers_are_idle_or_half_way(
    start_server: Callable[[Path], Server], tmp_path: Path, model: Model
) -> None:
    server = start_server(saved(tmp_path, model))
    with server.connect() as idle, server.raw(b"POST /invocations HTTP/1.1\r\nContent-Len"):
        idle.request("GET", "/ping")
        idle.getresponse().read()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=20) == 0
    with pytest.raises(OSError, match="refused"):
        server.ping()


def start_and_fail(base: Path, *arguments: str, **environment: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "container.serve", *arguments],
        cwd=Path(__file__).parents[2],
        env={"PATH": "", "SAGEMAKER_BASE_DIR": str(base), **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_missing_model_ends_the_server_with_a_sentence(tmp_path: Path) -> None:
    assert (
        f"The model server can't start: [Errno 2] No such file or directory: '{tmp_path}"
        in start_and_fail(tmp_path)
    )


def test_a_broken_model_ends_the_server_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model_algo-1").write_bytes(b"half a mod")
    assert "model_algo-1 is no model of SageMaker LDA: " in start_and_fail(tmp_path)


def test_a_port_that_is_none_or_taken_ends_the_server_with_a_sentence(
    server: Server, tmp_path: Path, model: Model
) -> None:
    saved(tmp_path, model)
    assert "SAGEMAKER_BIND_TO_PORT is 'http', not a port" in start_and_fail(
        tmp_path, SAGEMAKER_BIND_TO_PORT="http"
    )
    assert "Address already in use" in start_and_fail(tmp_path, SAGEMAKER_BIND_TO_PORT=str(server.port))


def test_only_loopback_is_bound_unless_told_otherwise(server: Server) -> None:
    listening = {
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{server.port:04X}")
    }
    assert listening == {f"0100007F:{server.port:04X}"}


def test_each_request_is_a_line_on_stdout_even_one_with_control_characters(
    start_server: Callable[[Path], Server], tmp_path: Path, model: Model
) -> None:
    server = start_server(saved(tmp_path, model))
    server.ask("1,2")
    with server.raw(b"GET /\x1b[31m HTTP/1.1\r\n\r\n") as connection:
        connection.recv(100)
    # A line is written when its answer is on its way: stopping the server makes sure that all are there.
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(timeout=20)
    log = (tmp_path / "serve.log").read_text()
    assert re.search(r'127\.0\.0\.1 "POST /invocations HTTP/1\.1" 400 \d+ [\d.]+s\n', log)
    assert '"GET /\\x1b[31m HTTP/1.1" 404' in log
