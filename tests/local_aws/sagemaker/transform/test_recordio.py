import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from local_aws.sagemaker.transform.recordio import BadRecordError, TooLongError, records

MAGIC = 0xCED7230A
MAGIC_BYTES = struct.pack("<I", MAGIC)


def part(content: bytes, kind: int = 0) -> bytes:
    return struct.pack("<II", MAGIC, kind << 29 | len(content)) + content + bytes(-len(content) % 4)


def written(content: bytes) -> bytes:
    """A record as MXNet writes it: without the magic number where it stands in the content."""
    pieces = content.split(MAGIC_BYTES)
    if len(pieces) == 1:
        return part(content)
    kinds = [1, *[2] * (len(pieces) - 2), 3]
    return b"".join(part(piece, kind) for piece, kind in zip(pieces, kinds, strict=True))


@given(some.lists(some.lists(some.binary(max_size=9), min_size=1, max_size=4).map(MAGIC_BYTES.join)))
def test_records_have_their_frame_and_content(contents: list[bytes]) -> None:
    framed = [written(content) for content in contents]
    result = list(records(io.BytesIO(b"".join(framed)), 1000))
    assert [record.framed for record in result] == framed
    assert [record.content for record in result] == contents


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (part(b"1") + b"abc", "The file ends within the header of the record at byte 12"),
        (part(b"12345678")[:-1], "The file ends within the record at byte 0"),
        (part(b"1") + bytes(8), "There is no RecordIO record at byte 12: its magic number is missing"),
        (part(b"1", 3), "The record at byte 0 begins with a later part"),
        (part(b"1", 1), "The record at byte 0 has a first part, but no last one"),
        (part(b"1", 1) + part(b"1"), "The record at byte 0 has a first part, but no last one"),
    ],
)
def test_invalid_recordio_names_the_byte(content: bytes, sentence: str) -> None:
    with pytest.raises(BadRecordError, match=sentence):
        list(records(io.BytesIO(content), 1000))


@pytest.mark.parametrize("content", [part(b"x" * 100), part(b"x" * 40, 1) + part(b"x" * 44, 3)])
def test_a_record_over_the_limit_is_not_read(content: bytes) -> None:
    assert len(list(records(io.BytesIO(content), len(content)))) == 1
    with pytest.raises(TooLongError, match="at byte"):
        list(records(io.BytesIO(content), len(content) - 1))
