"""Messages between hosts arrive unchanged, and invalid ones are rejected."""

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from container.contract.errors import Failure
from container.distributed import messages
from container.distributed.messages import MessageError, Round

TOKEN = b"t" * 32
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def transmit(frames: list[Any]) -> tuple[bytes, Any, Any]:
    return messages.parse_message(TOKEN, [bytes(frame) for frame in frames])


@given(
    st.integers(0, 2**31),
    arrays.arrays(np.float64, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6)),
)
def test_an_array_arrives_bit_by_bit(number: int, array: Any) -> None:
    kind, header, payload = transmit(messages.build_array_message(TOKEN, messages.PART, Round(number, array)))
    found = messages.parse_array(header, payload)
    assert (kind, found.number, found.array.shape) == (messages.PART, number, array.shape)
    assert found.array.tobytes() == array.tobytes()


def test_a_large_array_travels_in_small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MAX_FRAME_BYTES", 100)
    array = np.arange(333.0).reshape(3, 111)
    frames = messages.build_array_message(TOKEN, messages.PART, Round(0, array))
    assert max(len(frame) for frame in frames[3:]) == 100
    _, header, payload = transmit(frames)
    np.testing.assert_array_equal(messages.parse_array(header, payload).array, array)


def test_a_transposed_array_arrives_with_its_shape() -> None:
    array = np.arange(6.0).reshape(2, 3).T
    _, header, payload = transmit(messages.build_array_message(TOKEN, messages.PART, Round(0, array)))
    np.testing.assert_array_equal(messages.parse_array(header, payload).array, array)


@given(JSON, st.lists(st.binary(max_size=40), max_size=3))
def test_any_other_header_is_rejected_or_matches_its_bytes(header: Any, payload: list[bytes]) -> None:
    try:
        found = messages.parse_array(header, payload)
    except MessageError:
        return
    assert found.array.nbytes == sum(map(len, payload))


@pytest.mark.parametrize(
    "header",
    [
        {"round": 0, "dtype": "<f8", "shape": [3]},
        {"round": 0, "dtype": "<f8", "shape": [-2]},
        {"round": 0, "dtype": "<f8", "shape": [True, 2]},
        {"round": 0, "dtype": "<f8", "shape": [2, 1, 1, 1]},
        {"round": None, "dtype": "<f8", "shape": [2]},
        {"round": 0, "dtype": "|O", "shape": [2]},
        {"round": 0, "dtype": "<f8"},
    ],
)
def test_a_header_that_does_not_match_two_numbers_is_rejected(header: dict[str, Any]) -> None:
    with pytest.raises(MessageError):
        messages.parse_array(header, [bytes(16)])


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_an_empty_array_is_accepted_or_rejected(first: int, second: int) -> None:
    header = {"round": 0, "dtype": "<f8", "shape": [0, first, second]}
    with contextlib.suppress(MessageError):
        assert messages.parse_array(header, []).array.shape == (0, first, second)


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_frames_without_the_token_are_rejected(frames: list[bytes]) -> None:
    with pytest.raises(MessageError):
        messages.parse_message(TOKEN, frames)


def test_a_header_that_is_not_json_is_rejected() -> None:
    with pytest.raises(MessageError, match="not JSON"):
        messages.parse_message(TOKEN, [TOKEN, messages.PART, b"{"])


def test_a_failure_arrives_with_its_kind() -> None:
    failure = Failure("ClientError", "The channel 'train' holds no file.")
    _, header, _ = transmit(messages.build_failure_message(TOKEN, failure))
    assert messages.parse_failure(header) == failure


def test_a_long_failure_arrives_truncated() -> None:
    _, header, _ = transmit(messages.build_failure_message(TOKEN, Failure("AlgorithmError", "é" * 100_000)))
    assert messages.parse_failure(header) == Failure("AlgorithmError", "é" * 1024)


@given(JSON)
def test_an_invalid_failure_is_rejected(header: Any) -> None:
    with pytest.raises(MessageError):
        messages.parse_failure(json.loads(json.dumps(header)))
