"""MXNet's NDArray list, the format of SageMaker LDA's model_algo-1, without MXNet (archived in 2023).

Little endian: u64 0x112 | u64 0 | u64 n | n arrays | u64 number of names | names (u64 length, UTF-8).
Each array is a header, then i32 device, i32 device id, i32 dtype, and the data in C order. The headers:

- V3 and V2: u32 0xF993FACA or 0xF993FAC9 | i32 storage type (0 dense) | i32 ndim | i64 dims
- V1: u32 0xF993FAC8 | u32 ndim | i64 dims
- V0: u32 ndim | u32 dims

Source: NDArray::Save and NDArray::Load in src/ndarray/ndarray.cc of apache/mxnet 1.9.1.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIST_MAGIC = 0x112
V1_MAGIC, V2_MAGIC, V3_MAGIC = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
DTYPES = ("<f4", "<f8", "<f2", "u1", "<i4", "i1", "<i8")
# numpy's own limit; a larger number means that the file is damaged.
MAX_RANK = 32
_CPU = 1


def encode(arrays: list[NDArray[np.float32]]) -> bytes:
    """Return unnamed float32 arrays as an NDArray list of version 2, as MXNet's ``nd.save`` writes it."""
    parts = [_packed("<u8", LIST_MAGIC, 0, len(arrays))]
    for array in arrays:
        header = _packed("<u4", V2_MAGIC, 0, array.ndim) + _packed("<i8", *array.shape)
        parts += [header, _packed("<i4", _CPU, 0, 0), array.astype("<f4").tobytes()]
    return b"".join([*parts, _packed("<u8", 0)])


def decode(data: bytes) -> list[NDArray[Any]]:
    """Return the arrays of an NDArray list of any version; names, if any, are checked and ignored.

    Raises
    ------
    ValueError
        The bytes are not an NDArray list, are truncated, or continue after its end; the message names the
        byte. Nothing larger than ``data`` is allocated, regardless of the headers.
    """
    reader = _Reader(data)
    magic, reserved, number = reader.numbers("<u8", 3, "the header")
    if magic != LIST_MAGIC or reserved:
        raise ValueError("These bytes are not an MXNet NDArray list: they don't start with 0x112.")
    # Every array takes at least 16 bytes, so a damaged number can't make this loop endless.
    arrays = [_read_array(reader, index) for index in range(min(number, len(data)))]
    (names,) = reader.numbers("<u8", 1, "the number of names")
    if names not in (0, number):
        raise ValueError(
            f"The NDArray list has {number} arrays and {names} names at byte {reader.offset - 8}."
        )
    for index in range(names):
        (length,) = reader.numbers("<u8", 1, f"the length of name {index}")
        reader.take(length, f"name {index}")
    if reader.offset != len(data):
        raise ValueError(
            f"{len(data) - reader.offset} bytes follow the end of the NDArray list at byte {reader.offset}."
        )
    return arrays


class _Reader:
    """Bytes with an offset; reading past their end raises ValueError."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.offset = 0

    def take(self, length: int, what: str) -> memoryview:
        if length > len(self.data) - self.offset:
            raise ValueError(
                f"The NDArray list is truncated at byte {len(self.data)}: {what} at byte {self.offset} "
                f"needs {length} bytes."
            )
        self.offset += length
        return memoryview(self.data)[self.offset - length : self.offset]

    def numbers(self, kind: str, count: int, what: str) -> list[int]:
        size = count * np.dtype(kind).itemsize
        return [int(number) for number in np.frombuffer(self.take(size, what), kind)]


def _packed(kind: str, *numbers: int) -> bytes:
    return np.array(numbers, kind).tobytes()


def _read_array(reader: _Reader, index: int) -> NDArray[Any]:
    what, start = f"array {index}", reader.offset
    shape = _read_shape(reader, what)
    _, _, dtype = reader.numbers("<i4", 3, what)
    if not 0 <= dtype < len(DTYPES):
        raise ValueError(
            f"{what} at byte {start} has the data type {dtype}; known are 0 to {len(DTYPES) - 1}."
        )
    size = math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize
    return np.frombuffer(reader.take(size, f"the data of {what}"), DTYPES[dtype]).reshape(shape)


def _read_shape(reader: _Reader, what: str) -> tuple[int, ...]:
    start = reader.offset
    (first,) = reader.numbers("<u4", 1, what)
    rank, dimension = first, "<u4"
    if first in (V2_MAGIC, V3_MAGIC):
        storage, rank = reader.numbers("<i4", 2, what)
        dimension = "<i8"
        if storage != 0:
            raise ValueError(
                f"{what} at byte {start} is stored sparsely (type {storage}); a model must be dense."
            )
    elif first == V1_MAGIC:
        (rank,) = reader.numbers("<u4", 1, what)
        dimension = "<i8"
    # Rank 0 stands for "no array" in all versions but V3, and a model has no scalars either.
    if not 0 < rank <= MAX_RANK:
        raise ValueError(f"{what} at byte {start} has {rank} dimensions; expected 1 to {MAX_RANK}.")
    shape = tuple(reader.numbers(dimension, rank, what))
    if min(shape) < 0:
        raise ValueError(f"{what} at byte {start} has the impossible shape {shape}.")
    return shape
