import io
from pathlib import Path

import numpy as np
import pytest

from data_prep.recordio.framing import MAGIC_BYTES, cut_at_magic, frame
from data_prep.recordio.scanning import scan

RECORDS = [
    MAGIC_BYTES,
    b"abcd" + MAGIC_BYTES + b"xy",
    b"",
    b"plain",
    MAGIC_BYTES * 3,
    b"abc" + MAGIC_BYTES,
]


def payloads(content: bytes) -> list[bytes]:
    frames = scan(content, "here")
    return [frames.payload(record) for record in range(len(frames.starts))]


def test_records_are_cut_where_mxnet_cuts_them(golden: Path) -> None:
    whole = np.frombuffer(b"".join(map(frame, RECORDS)), np.uint8)
    assert cut_at_magic(whole).tobytes() == (golden / "mxnet-split.rec").read_bytes()


def test_cut_records_are_joined_and_keep_their_place(golden: Path) -> None:
    content = (golden / "mxnet-split.rec").read_bytes()
    assert payloads(content) == RECORDS
    assert scan(content, "here").offsets.tolist() == [0, 16, 40, 48, 64, 96]


def test_the_magic_inside_a_whole_record_is_not_taken_for_a_frame() -> None:
    assert payloads(b"".join(map(frame, RECORDS))) == RECORDS


def test_records_without_the_magic_are_left_as_they_are() -> None:
    whole = np.frombuffer(frame(b"plain") + frame(b""), np.uint8)
    assert cut_at_magic(whole) is whole


@pytest.mark.parametrize("length", range(6))
def test_frames_are_padded_to_four_bytes(length: int) -> None:
    framed = frame(b"x" * length)
    assert len(framed) % 4 == 0
    assert payloads(framed * 2) == [b"x" * length] * 2
    assert io.BytesIO(framed).read(8)[4] == length
