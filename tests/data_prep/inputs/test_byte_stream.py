import gzip
import io
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from data_prep.inputs.byte_stream import ByteStream

CONTENT = b"".join(b"line %d\n" % number for number in range(50_000))
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstandard": zstandard.compress,
    "": bytes,
}
SKIPPABLE = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"


class Slow:
    """A file that returns fewer bytes than asked for, as a socket does."""

    def __init__(self, content: bytes) -> None:
        self.file = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        return self.file.read(min(size, 1000))

    def close(self) -> None:
        self.file.close()


@pytest.mark.parametrize("compression", COMPRESS)
@pytest.mark.parametrize("size", [7, 1000, 1 << 20])
def test_content_is_decompressed_by_its_first_bytes(compression: str, size: int) -> None:
    stream = ByteStream(Slow(COMPRESS[compression](CONTENT)), "a")
    assert stream.compression == compression
    assert stream.peek(10) == CONTENT[:10]
    assert b"".join(iter(lambda: stream.read(size), b"")) == CONTENT
    stream.close()


def test_several_frames_are_one_content() -> None:
    parts = SKIPPABLE + zstandard.compress(CONTENT) + SKIPPABLE + zstandard.compress(b"end")
    assert ByteStream(io.BytesIO(parts), "a").read(1 << 20) == CONTENT + b"end"
    assert (
        ByteStream(io.BytesIO(gzip.compress(CONTENT) + gzip.compress(b"end")), "a").read(1 << 20)
        == CONTENT + b"end"
    )


@pytest.mark.parametrize("compression", ["gzip", "zstandard"])
@pytest.mark.parametrize("damage", [lambda data: data[:-5], lambda data: data[:3000], lambda data: data[:6]])
def test_truncated_data_are_an_error(compression: str, damage: Any) -> None:
    with pytest.raises(ValueError, match=f"news is damaged or incomplete: its {compression} data"):
        ByteStream(io.BytesIO(damage(COMPRESS[compression](CONTENT))), "news").read(1 << 20)


@pytest.mark.parametrize("compression", ["gzip", "zstandard"])
def test_damaged_data_are_an_error(compression: str) -> None:
    data = bytearray(COMPRESS[compression](CONTENT))
    data[2000:2400] = bytes(400)
    with pytest.raises(ValueError, match="news is damaged"):
        ByteStream(io.BytesIO(bytes(data)), "news").read(1 << 20)
