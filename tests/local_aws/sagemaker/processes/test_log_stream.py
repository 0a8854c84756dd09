import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.sagemaker.processes.log_stream import MAX_MESSAGE, LogStream


class Logs:
    """CloudWatch Logs, as far as a stream needs it."""

    def __init__(self, refuse: str = "", code: str = "AccessDeniedException") -> None:
        self.refuse = refuse
        self.code = code
        self.calls: list[str] = []
        self.messages: list[str] = []

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name == self.refuse:
            raise ClientError({"Error": {"Code": self.code, "Message": f"no {name}"}}, name)

    def create_log_group(self, **_: str) -> None:
        self._call("create_log_group")

    def create_log_stream(self, **_: str) -> None:
        self._call("create_log_stream")

    def describe_log_streams(self, **_: str) -> None:
        self._call("describe_log_streams")

    def put_log_events(self, **inputs: Any) -> None:
        self._call("put_log_events")
        self.messages += [event["message"] for event in inputs["logEvents"]]


def stream(client: Logs, errors: list[Exception] | None = None) -> LogStream:
    return LogStream(client, "group", "job/algo-1", on_error=(errors if errors is not None else []).append)


def test_close_sends_all_lines_in_order() -> None:
    client = Logs()
    log = stream(client)
    log.open()
    for number in range(2500):
        log.write(str(number))
    log.close()
    assert client.messages == [str(number) for number in range(2500)]


def test_an_existing_log_group_is_used() -> None:
    client = Logs("create_log_group", "ResourceAlreadyExistsException")
    log = stream(client)
    log.open()
    log.write("line")
    log.close()
    assert client.messages == ["line"]


def test_empty_lines_are_dropped_and_long_lines_truncated() -> None:
    client = Logs()
    log = stream(client)
    log.open()
    log.write("  ")
    log.write("x" * 100_000)
    log.close()
    assert [len(message) for message in client.messages] == [MAX_MESSAGE]


@pytest.mark.parametrize("refused", ["create_log_group", "create_log_stream", "describe_log_streams"])
def test_open_raises_a_refusal(refused: str) -> None:
    log = stream(Logs(refused))
    with pytest.raises(ClientError, match=f"no {refused}"):
        log.open()
    log.close()


def test_a_refused_line_is_reported_once_and_later_lines_are_dropped() -> None:
    client, errors = Logs("put_log_events"), list[Exception]()
    log = stream(client, errors)
    log.open()
    log.write("lost")
    log.close()
    log.write("after")
    assert len(errors) == 1
    assert "no put_log_events" in str(errors[0])
    assert client.messages == []


def test_write_now_sends_immediately() -> None:
    client = Logs()
    stream(client).write_now("now")
    assert client.messages == ["now"]


def test_a_deleted_stream_loses_lines_without_an_error(caplog: pytest.LogCaptureFixture) -> None:
    client, errors = Logs("put_log_events", "ResourceNotFoundException"), list[Exception]()
    log = stream(client, errors)
    log.open()
    log.write("lost")
    with caplog.at_level(logging.WARNING):
        log.close()
    assert errors == []
    assert "its lines are dropped" in caplog.text
