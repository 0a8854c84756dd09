import io
from pathlib import Path

import numpy as np
import pytest

from data_prep.recordio.frame_reader import Frames, find_frames
from data_prep.recordio.framing import MAGIC_BYTES, EncodedFrames, Position, frame, split_at_magic

RECORDS = [
    MAGIC_BYTES,
    b"abcd" + MAGIC_BYTES + b"xy",
    b"",
    b"plain",
    MAGIC_BYTES * 3,
    b"abc" + MAGIC_BYTES,
]


def scanned(content: bytes) -> Frames:
    return find_frames(np.frombuffer(content, np.uint8), Position("here", 0, 0), last=True)


def encoded(records: list[bytes]) -> EncodedFrames:
    frames = [frame(record) for record in records]
    return EncodedFrames(np.frombuffer(b"".join(frames), np.uint8), np.cumsum([len(f) for f in frames]))


def payloads(content: bytes) -> list[bytes]:
    frames = scanned(content)
    return [frames.payload(record) for record in range(len(frames.starts))]


def test_records_are_split_where_mxnet_splits_them(golden: Path) -> None:
    cut = split_at_magic(encoded(RECORDS))
    assert cut.content.tobytes() == (golden / "mxnet-split.rec").read_bytes()
    assert cut.ends.tolist() == [16, 40, 48, 64, 96, 112]


def test_split_records_are_joined_and_retain_their_offsets(golden: Path) -> None:
    content = (golden / "mxnet-split.rec").read_bytes()
    assert payloads(content) == RECORDS
    assert scanned(content).offsets.tolist() == [0, 16, 40, 48, 64, 96]


def test_the_magic_inside_a_whole_record_does_not_begin_a_frame() -> None:
    assert payloads(b"".join(map(frame, RECORDS))) == RECORDS


def test_records_without_the_magic_are_left_as_they_are() -> None:
    whole = encoded([b"plain", b""])
    assert split_at_magic(whole) is whole


@pytest.mark.parametrize("length", range(6))
def test_frames_are_padded_to_four_bytes(length: int) -> None:
    framed = frame(b"x" * length)
    assert len(framed) % 4 == 0
    assert payloads(framed * 2) == [b"x" * length] * 2
    assert io.BytesIO(framed).read(8)[4] == length
