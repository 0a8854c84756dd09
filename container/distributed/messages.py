"""What the hosts of a job say to each other, checked when it arrives.

A message is a list of frames: the job's token, the kind, a header of JSON, and an array's bytes in pieces.
The pieces keep a heartbeat from waiting behind a gigabyte.
"""

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from container.contract.failures import EXIT_CODES, Failure
from container.contract.paths import LONGEST_FAILURE
from spectral_lda.counts import FloatArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

Frames = Sequence[Any]

# From a host to the leader.
JOIN = b"join"
PART = b"part"
LEAVE = b"leave"
# From the leader to a host.
WELCOME = b"welcome"
START = b"start"
ALIVE = b"alive"
TOTAL = b"total"
DONE = b"done"
# Both ways.
FAILED = b"failed"

LARGEST_FRAME = 1 << 22  # bytes
_LARGEST_HEADER = 1 << 14
_MOST_DIMENSIONS = 3
_LARGEST_SIZE = 2**40
_DTYPE = "<f8"


class MessageError(Exception):
    """A message that doesn't belong to this job, or isn't what it must be; the sentence says how."""


class Round(NamedTuple):
    """One array of one host, for the ``number``-th sum of the job."""

    number: int
    array: FloatArray


def message(token: bytes, kind: bytes, header: Any = None, payload: Frames = ()) -> list[Any]:
    """Put a message together."""
    return [token, kind, json.dumps(header).encode(), *payload]


def array_message(token: bytes, kind: bytes, part: Round) -> list[Any]:
    """Put a message with an array together; the array isn't copied, so leave it alone until it was sent."""
    values = np.ascontiguousarray(part.array, _DTYPE)
    content: NDArray[np.uint8] = values.reshape(-1).view(np.uint8)
    pieces = [content[start : start + LARGEST_FRAME] for start in range(0, content.size, LARGEST_FRAME)]
    header = {"round": part.number, "dtype": _DTYPE, "shape": list(part.array.shape)}
    return message(token, kind, header, pieces)


def take_apart(token: bytes, frames: Frames) -> tuple[bytes, Any, Frames]:
    """Return a message's kind, header and payload.

    Raises
    ------
    MessageError
        It carries another job's token, or no header.
    """
    if len(frames) < 3 or bytes(frames[0]) != token:  # noqa: PLR2004 -- token, kind, header
        raise MessageError("a message came that is none of this job's")
    try:
        header = json.loads(bytes(frames[2])[:_LARGEST_HEADER])
    except ValueError as error:
        raise MessageError(f"a message's header is no JSON: {error}") from error
    return bytes(frames[1]), header, frames[3:]


def parse_array(header: Any, payload: Frames) -> Round:
    """Return the array of a message.

    Raises
    ------
    MessageError
        The header doesn't describe the bytes that came with it.
    """
    number, shape = _described(header)
    size = sum(len(piece) for piece in payload)
    if size != math.prod(shape) * 8:
        raise MessageError(f"an array of the shape {shape} came with {size} bytes")
    content = np.empty(size, np.uint8)
    start = 0
    for piece in payload:
        content[start : start + len(piece)] = np.frombuffer(piece, np.uint8)
        start += len(piece)
    try:
        return Round(number, content.view(_DTYPE).reshape(shape))
    except ValueError as error:  # without values, but sizes that numpy can't count
        raise MessageError(f"an array of the shape {shape} came: {error}") from error


def _described(header: Any) -> tuple[int, tuple[int, ...]]:
    if not isinstance(header, dict) or header.get("dtype") != _DTYPE:
        raise MessageError(f"an array's header must name the dtype {_DTYPE}; it is {header!r}")
    number, shape = header.get("round"), header.get("shape")
    if (
        not isinstance(shape, list)
        or len(shape) > _MOST_DIMENSIONS
        or not all(map(_is_size, [*shape, number]))
    ):
        raise MessageError(f"an array's header must name its round and its shape; it is {header!r}")
    return int(str(number)), tuple(shape)


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < _LARGEST_SIZE


def failure_message(token: bytes, failure: Failure) -> list[Any]:
    """Put together why this job fails."""
    return message(token, FAILED, [failure.kind, failure.sentence[:LONGEST_FAILURE]])


def parse_failure(header: Any) -> Failure:
    """Return the failure of a message.

    Raises
    ------
    MessageError
        It tells of none.
    """
    match header:
        case [str(kind), str(sentence)] if kind in EXIT_CODES:
            return Failure(kind, sentence)
    raise MessageError(f"a failure came without its reason: {header!r}")
