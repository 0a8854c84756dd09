"""The messages between the hosts of a job, checked on arrival.

A message is a list of frames: the job's token, the kind, a JSON header, and an array's bytes in pieces. The
pieces keep heartbeats from waiting behind a gigabyte.
"""

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from container.contract.errors import EXIT_CODES, Failure
from container.contract.paths import MAX_FAILURE_LENGTH
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
# In both directions.
FAILED = b"failed"

MAX_FRAME_BYTES = 1 << 22
_MAX_HEADER_BYTES = 1 << 14
_MAX_DIMENSIONS = 3
_MAX_SIZE = 2**40
_DTYPE = "<f8"


class MessageError(Exception):
    """A message that doesn't belong to this job or is invalid."""


class Round(NamedTuple):
    """One all-reduce of the job: its number, and a host's part or the total."""

    number: int
    array: FloatArray


def build_message(token: bytes, kind: bytes, header: Any = None, payload: Frames = ()) -> list[Any]:
    """Return the frames of a message."""
    return [token, kind, json.dumps(header).encode(), *payload]


def build_array_message(token: bytes, kind: bytes, part: Round) -> list[Any]:
    """Return the frames of a message with an array, which is not copied and must not change until sent."""
    values = np.ascontiguousarray(part.array, _DTYPE)
    content: NDArray[np.uint8] = values.reshape(-1).view(np.uint8)
    pieces = [content[start : start + MAX_FRAME_BYTES] for start in range(0, content.size, MAX_FRAME_BYTES)]
    header = {"round": part.number, "dtype": _DTYPE, "shape": list(part.array.shape)}
    return build_message(token, kind, header, pieces)


def build_failure_message(token: bytes, failure: Failure) -> list[Any]:
    """Return the frames of a message that this job has failed."""
    return build_message(token, FAILED, [failure.kind, failure.message[:MAX_FAILURE_LENGTH]])


def parse_message(token: bytes, frames: Frames) -> tuple[bytes, Any, Frames]:
    """Return a message's kind, header and payload.

    Raises
    ------
    MessageError
        The token is another job's, or the header is missing or invalid.
    """
    if len(frames) < 3 or bytes(frames[0]) != token:  # noqa: PLR2004 -- token, kind, header
        raise MessageError("a message arrived that doesn't belong to this job")
    try:
        header = json.loads(bytes(frames[2])[:_MAX_HEADER_BYTES])
    except ValueError as error:
        raise MessageError(f"a message's header is not JSON: {error}") from error
    return bytes(frames[1]), header, frames[3:]


def parse_array(header: Any, payload: Frames) -> Round:
    """Return the array of a message.

    Raises
    ------
    MessageError
        The header doesn't match the bytes of the payload.
    """
    number, shape = _parse_array_header(header)
    size = sum(len(piece) for piece in payload)
    if size != math.prod(shape) * 8:
        raise MessageError(f"an array of the shape {shape} arrived with {size} bytes")
    content = np.empty(size, np.uint8)
    start = 0
    for piece in payload:
        content[start : start + len(piece)] = np.frombuffer(piece, np.uint8)
        start += len(piece)
    try:
        return Round(number, content.view(_DTYPE).reshape(shape))
    except ValueError as error:  # an empty array whose dimensions overflow numpy's size
        raise MessageError(f"an array of the shape {shape} arrived: {error}") from error


def parse_failure(header: Any) -> Failure:
    """Return the failure of a message.

    Raises
    ------
    MessageError
        The header doesn't describe a failure.
    """
    match header:
        case [str(kind), str(message)] if kind in EXIT_CODES:
            return Failure(kind, message)
    raise MessageError(f"a failure arrived without its reason: {header!r}")


def _parse_array_header(header: Any) -> tuple[int, tuple[int, ...]]:
    if not isinstance(header, dict) or header.get("dtype") != _DTYPE:
        raise MessageError(f"an array's header must have the dtype {_DTYPE}; it is {header!r}")
    number, shape = header.get("round"), header.get("shape")
    if (
        not isinstance(shape, list)
        or len(shape) > _MAX_DIMENSIONS
        or not all(map(_is_size, [*shape, number]))
    ):
        raise MessageError(f"an array's header must have a round and a shape; it is {header!r}")
    return int(str(number)), tuple(shape)


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MAX_SIZE
