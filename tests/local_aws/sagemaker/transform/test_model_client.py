import threading
from collections.abc import Iterator

import pytest

from local_aws.sagemaker.transform.model_client import send_in_order


def test_responses_are_in_the_order_of_the_payloads() -> None:
    second = threading.Event()

    def send(payload: bytes) -> bytes:
        if payload == b"1":
            assert second.wait(30)
        if payload == b"2":
            second.set()
        return payload * 2

    assert list(send_in_order(iter([b"1", b"2", b"3"]), send, 2)) == [b"11", b"22", b"33"]


def test_the_payloads_in_memory_are_limited() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b""

    responses = send_in_order(endless(), bytes, 3)
    for number in range(1, 20):
        next(responses)
        assert taken <= number + 3


def test_the_first_failure_ends_the_iteration() -> None:
    def send(payload: bytes) -> bytes:
        if payload == b"bad":
            raise ValueError(payload)
        return payload

    responses = send_in_order(iter([b"good", b"bad", b"good"]), send, 1)
    assert next(responses) == b"good"
    with pytest.raises(ValueError, match="bad"):
        next(responses)
