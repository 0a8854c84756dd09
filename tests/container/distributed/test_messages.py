"""What hosts say arrives as it was said, and nothing else is taken for it."""

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from container.contract.failures import Failure
from container.distributed import messages
from container.distributed.messages import MessageError, Round

TOKEN = b"t" * 32
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def through(frames: list[Any]) -> tuple[bytes, Any, Any]:
    return messages.take_apart(TOKEN, [bytes(frame) for frame in frames])


@given(
    st.integers(0, 2**31),
    arrays.arrays(np.float64, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6)),
)
def test_an_array_arrives_bit_by_bit(number: int, array: Any) -> None:
    kind, header, payload = through(messages.array_message(TOKEN, messages.PART, Round(number, array)))
    found = messages.parse_array(header, payload)
    assert (kind, found.number, found.array.shape) == (messages.PART, number, array.shape)
    assert found.array.tobytes() == array.tobytes()


def test_a_large_array_travels_in_small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LARGEST_FRAME", 100)
    array = np.arange(333.0).reshape(3, 111)
    frames = messages.array_message(TOKEN, messages.PART, Round(0, array))
    assert max(len(frame) for frame in frames[3:]) == 100
    _, header, payload = through(frames)
    np.testing.assert_array_equal(messages.parse_array(header, payload).array, array)


def test_a_transposed_array_arrives_as_it_looks() -> None:
    array = np.arange(6.0).reshape(2, 3).T
    _, header, payload = through(messages.array_message(TOKEN, messages.PART, Round(0, array)))
    np.testing.assert_array_equal(messages.parse_array(header, payload).array, array)


@given(JSON, st.lists(st.binary(max_size=40), max_size=3))
def test_any_other_header_is_refused_or_describes_its_bytes(header: Any, payload: list[bytes]) -> None:
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
def test_a_header_that_does_not_describe_two_numbers_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(MessageError):
        messages.parse_array(header, [bytes(16)])


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_an_array_without_values_is_one_or_is_refused(first: int, second: int) -> None:
    header = {"round": 0, "dtype": "<f8", "shape": [0, first, second]}
    with contextlib.suppress(MessageError):
        assert messages.parse_array(header, []).array.shape == (0, first, second)


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_frames_of_anybody_else_are_refused(frames: list[bytes]) -> None:
    with pytest.raises(MessageError):
        messages.take_apart(TOKEN, frames)


def test_a_header_that_is_no_json_is_refused() -> None:
    with pytest.raises(MessageError, match="no JSON"):
        messages.take_apart(TOKEN, [TOKEN, messages.PART, b"{"])


def test_a_failure_arrives_with_its_kind() -> None:
    failure = Failure("ClientError", "The channel 'train' holds no file.")
    _, header, _ = through(messages.failure_message(TOKEN, failure))
    assert messages.parse_failure(header) == failure


def test_a_failure_of_any_length_arrives_as_far_as_it_is_shown() -> None:
    _, header, _ = through(messages.failure_message(TOKEN, Failure("AlgorithmError", "é" * 100_000)))
    assert messages.parse_failure(header) == Failure("AlgorithmError", "é" * 1024)


@given(JSON)
def test_what_is_no_failure_is_refused(header: Any) -> None:
    with pytest.raises(MessageError):
        messages.parse_failure(json.loads(json.dumps(header)))
