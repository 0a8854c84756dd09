"""MXNet's NDArray list: its bytes are read and reproduced; damage is reported with its position."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from spectral_lda.artifact.ndarray_list import DTYPES, LIST_MAGIC, decode, encode

Float32 = NDArray[np.float32]
float32_arrays = arrays(np.float32, array_shapes(max_dims=3), elements=st.floats(width=32, allow_nan=False))


def listed(array: bytes, names: bytes = struct.pack("<Q", 0), number: int = 1) -> bytes:
    return struct.pack("<3Q", LIST_MAGIC, 0, number) + array + names


def head(version: int, shape: tuple[int, ...]) -> bytes:
    rank = len(shape)
    if version == 0:
        return struct.pack(f"<I{rank}I", rank, *shape)
    if version == 1:
        return struct.pack(f"<II{rank}q", 0xF993FAC8, rank, *shape)
    return struct.pack(f"<Iii{rank}q", 0xF993FAC7 + version, 0, rank, *shape)


@given(st.lists(float32_arrays, max_size=4))
def test_encoded_arrays_are_decoded_unchanged(written: list[Float32]) -> None:
    read = decode(encode(written))
    assert len(read) == len(written)
    for ours, theirs in zip(read, written, strict=True):
        assert ours.shape == theirs.shape
        assert np.array_equal(ours, theirs)


def test_a_file_of_mxnet_is_read_and_reproduced_to_the_byte(golden: Path) -> None:
    data = (golden / "model_algo-1").read_bytes()
    alpha, beta = decode(data)
    np.testing.assert_array_equal(alpha, np.array([0.1, 0.2, 0.3], np.float32))
    np.testing.assert_allclose(beta[0], np.array([14, 43, 72, 101, 130]) / 360, rtol=1e-6)
    assert beta.shape == (3, 5)
    assert encode([alpha, beta]) == data


def test_mxnets_oldest_format_is_read(golden: Path) -> None:
    read = decode((golden / "legacy_ndarray.v0").read_bytes())
    assert len(read) == 6
    for array in read:
        np.testing.assert_array_equal(array, np.arange(128, dtype=np.float32))


@pytest.mark.parametrize("version", [0, 1, 2, 3])
@pytest.mark.parametrize("code", range(len(DTYPES)))
def test_every_version_and_type_is_read(version: int, code: int) -> None:
    array = np.arange(6).reshape(2, 3).astype(DTYPES[code])
    data = head(version, (2, 3)) + struct.pack("<3i", 1, 0, code) + array.tobytes()
    (read,) = decode(listed(data))
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


def test_names_are_allowed() -> None:
    data = head(2, (1,)) + struct.pack("<3if", 1, 0, 0, 2.5)
    (read,) = decode(listed(data, names=struct.pack("<QQ", 1, 5) + b"alpha"))
    assert read.tolist() == [2.5]


FLOAT = struct.pack("<3i", 1, 0, 0)
NO_NAMES = struct.pack("<Q", 0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "truncated at byte 0: the header"),
        (struct.pack("<3Q", 0x113, 0, 0) + NO_NAMES, "don't start with 0x112"),
        (listed(head(2, (1,)) + FLOAT + b"\0" * 4, number=2**60), "array 1 at byte 60 has 0 dimensions"),
        (listed(head(2, (2**40,)) + FLOAT), "the data of array 0 at byte 56 needs 4398046511104 bytes"),
        (listed(head(2, (-1,)) + FLOAT), r"impossible shape \(-1,\)"),
        (listed(head(2, ()) + FLOAT), "array 0 at byte 24 has 0 dimensions"),
        (listed(head(1, (1,) * 33) + FLOAT), "has 33 dimensions"),
        (listed(struct.pack("<Iiiq", 0xF993FAC9, 1, 1, 1)), "stored sparsely"),
        (listed(head(2, (1,)) + struct.pack("<3i", 1, 0, 9)), "data type 9"),
        (listed(head(2, (1,)) + FLOAT + b"\0" * 4, names=NO_NAMES + b"x"), "1 bytes follow the end"),
        (listed(head(2, (1,)) + FLOAT + b"\0" * 4, names=struct.pack("<Q", 7)), "1 arrays and 7 names"),
    ],
)
def test_damage_is_reported_with_its_position(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode(data)


@given(float32_arrays, st.data())
def test_a_truncated_or_changed_file_is_an_error_or_a_list_but_never_a_crash(
    array: Float32, data: st.DataObject
) -> None:
    whole = bytearray(encode([array]))
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ValueError, match="truncated at byte"):
        decode(bytes(whole[:cut]))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(whole))
    except ValueError as error:
        assert str(error).endswith((".", "bytes."))  # noqa: PT017 -- either outcome is right, but no other error
