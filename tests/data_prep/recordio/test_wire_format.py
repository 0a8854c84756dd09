import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data_prep.recordio.wire_format import copy_segments, encode_varints, varint


@given(st.lists(st.integers(0, 300), max_size=20), st.integers(0, 7))
def test_segments_of_any_length_are_copied_and_nothing_else(lengths: list[int], gap: int) -> None:
    sizes = np.array(lengths, np.int64)
    source = (np.arange(sizes.sum()) % 255 + 1).astype(np.uint8)
    starts = np.cumsum(sizes) - sizes
    to = starts + gap * np.arange(1, len(sizes) + 1)
    target = np.zeros(int(sizes.sum()) + gap * (len(sizes) + 1), np.uint8)
    copy_segments(target, to, source, starts, sizes)
    expected = b"".join(
        bytes(gap) + source[start : start + size].tobytes() for start, size in zip(starts, sizes, strict=True)
    )
    assert target.tobytes() == expected + bytes(gap)


@given(st.lists(st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 300), max_size=9), max_size=9))
def test_varints_of_every_length_are_protobufs(rows: list[list[int]]) -> None:
    numbers = np.array([number for row in rows for number in row], np.int64)
    indptr = np.cumsum([0, *map(len, rows)])
    stream, ends = encode_varints(numbers, indptr)
    encoded = [b"".join(map(varint, row)) for row in rows]
    assert stream.tobytes() == b"".join(encoded)
    assert ends.tolist() == np.cumsum([0, *map(len, encoded)]).tolist()


@given(st.lists(st.integers(0, 2**21 - 1), max_size=50))
def test_varints_of_machine_words_are_protobufs(row: list[int]) -> None:
    stream, _ = encode_varints(np.array(row, np.int32), np.array([0, len(row)]))
    assert stream.tobytes() == b"".join(map(varint, row))
