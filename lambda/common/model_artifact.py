"""The model of SageMaker LDA, read topic by topic without numpy or MXNet.

A second, small reader next to ``spectral_lda.artifact``: a tar.gz with one file ``model_algo-1``, MXNet's
list of two unnamed arrays, alpha (K,) and beta (K, V). Format: ``NDArray::Load`` in src/ndarray/ndarray.cc of
apache/mxnet 1.9.1. At most one row of beta is in memory.
"""

import struct
import sys
import tarfile
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Final

_MODEL_FILE: Final = "model_algo-1"
_MAX_VOCABULARY: Final = 1 << 24
_MAX_TOPICS: Final = 10_000
_LIST_MAGIC: Final = 0x112
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_MAX_DIMENSIONS: Final = 32
_TYPECODES: Final = {0: "f", 1: "d"}


class ArtifactError(ValueError):
    """The archive isn't a model of SageMaker LDA; the text has the reason."""


@dataclass(frozen=True)
class Model:
    """The arrays of a model: alpha (K,) as a list, the rows of beta (K, V) as an iterator over the stream."""

    alpha: list[float]
    vocabulary_size: int
    topics: Iterator[Sequence[float]]


@contextmanager
def open_model(archive: IO[bytes]) -> Iterator[Model]:
    """Open a model.tar.gz that is a stream.

    Raises
    ------
    ArtifactError
        When it isn't one: on opening, or while its topics are read.
    """
    try:
        with tarfile.open(fileobj=archive, mode="r|gz") as members:
            yield _model(_model_file(members))
    except (tarfile.TarError, EOFError, zlib.error, struct.error) as error:
        raise ArtifactError(f"the archive can't be read ({error})") from error


def _model_file(members: tarfile.TarFile) -> IO[bytes]:
    for member in members:
        if member.isreg() and PurePosixPath(member.name).name == _MODEL_FILE:
            content = members.extractfile(member)
            if content is not None:
                return content
    raise ArtifactError(f"the archive holds no file {_MODEL_FILE}")


def _model(file: IO[bytes]) -> Model:
    magic, _, count = struct.unpack("<QQQ", file.read(24))
    if magic != _LIST_MAGIC or count != 2:  # noqa: PLR2004 -- alpha and beta
        raise ArtifactError(f"{_MODEL_FILE} isn't a list of two arrays in MXNet's format")
    shape, typecode = _array_header(file)
    if len(shape) != 1 or not 1 <= shape[0] <= _MAX_TOPICS:
        raise ArtifactError(f"alpha has the shape {shape}")
    alpha = _numbers(file, typecode, shape[0])
    shape, typecode = _array_header(file)
    if len(shape) != 2 or shape[0] != len(alpha) or not 1 <= shape[1] <= _MAX_VOCABULARY:  # noqa: PLR2004 -- (K, V)
        raise ArtifactError(f"beta has the shape {shape}, with {len(alpha)} values of alpha")
    topics, words = shape
    return Model(alpha.tolist(), words, (_numbers(file, typecode, words) for _ in range(topics)))


def _array_header(file: IO[bytes]) -> tuple[tuple[int, ...], str]:
    """Return an array's shape and the type code of its numbers, in each version of the format."""
    (first,) = struct.unpack("<I", file.read(4))
    size = "q" if first in (_V1, _V2, _V3) else "I"
    if first in (_V2, _V3):
        storage, dimensions = struct.unpack("<ii", file.read(8))
        if storage != 0:
            raise ArtifactError("an array is stored sparsely")
    elif first == _V1:
        (dimensions,) = struct.unpack("<I", file.read(4))
    else:
        dimensions = first
    if not 0 <= dimensions <= _MAX_DIMENSIONS:
        raise ArtifactError(f"an array has {dimensions} dimensions")
    shape = struct.unpack(f"<{dimensions}{size}", file.read(dimensions * struct.calcsize(f"<{size}")))
    _device, _device_id, number_type = struct.unpack("<iii", file.read(12))
    if number_type not in _TYPECODES:
        raise ArtifactError(f"an array holds numbers of type {number_type}, neither float32 nor float64")
    return shape, _TYPECODES[number_type]


def _numbers(file: IO[bytes], typecode: str, count: int) -> "array[float]":
    numbers: array[float] = array(typecode)
    content = file.read(count * numbers.itemsize)
    if len(content) < count * numbers.itemsize:
        raise ArtifactError(f"{_MODEL_FILE} ends within an array")
    numbers.frombytes(content)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
