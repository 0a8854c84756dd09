import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from local_aws.sagemaker.transform.payloads import split_into_payloads

LIMIT = 20


def record(content: bytes) -> bytes:
    return struct.pack("<II", 0xCED7230A, len(content)) + content + bytes(-len(content) % 4)


def split_content(content: bytes, split: str, strategy: str = "MultiRecord") -> list[bytes]:
    return list(split_into_payloads(io.BytesIO(content), split, strategy, LIMIT))


@given(some.lists(some.binary(max_size=LIMIT - 1).map(lambda line: line.replace(b"\n", b"") + b"\n")))
def test_payloads_contain_as_many_whole_lines_as_fit(lines: list[bytes]) -> None:
    payloads = split_content(b"".join(lines), "Line")
    assert b"".join(payloads) == b"".join(lines)
    assert all(len(payload) <= LIMIT and payload.endswith(b"\n") for payload in payloads)
    firsts = [payload[: payload.index(b"\n") + 1] for payload in payloads]
    assert all(len(payloads[i]) + len(firsts[i + 1]) > LIMIT for i in range(len(payloads) - 1))


def test_single_lines_have_no_line_end() -> None:
    assert split_content(b"1,2\r\n3,4\n5,6", "Line", "SingleRecord") == [b"1,2", b"3,4", b"5,6"]


def test_recordio_frames_are_kept_in_batches_and_removed_from_single_records() -> None:
    content = record(b"one") + record(b"three") + record(b"four")
    assert split_content(content, "RecordIO") == [record(b"one"), record(b"three"), record(b"four")]
    assert split_content(record(b"") * 3, "RecordIO") == [record(b"") * 2, record(b"")]
    assert split_content(content, "RecordIO", "SingleRecord") == [b"one", b"three", b"four"]


def test_an_object_that_is_not_split_is_one_payload() -> None:
    for strategy in ("MultiRecord", "SingleRecord"):
        assert split_content(b"1\n2\n", "None", strategy) == [b"1\n2\n"]


@pytest.mark.parametrize("split", ["None", "Line", "RecordIO"])
def test_an_empty_object_has_no_payload(split: str) -> None:
    assert split_content(b"", split) == []


@pytest.mark.parametrize(
    ("split", "content", "sentence"),
    [
        ("None", b"x" * 21, "not split"),
        ("Line", b"1\n" + b"x" * 20 + b"\n", "Line 2"),
        ("RecordIO", record(b"1") + record(b"x" * 13), "at byte 12"),
    ],
)
def test_a_record_over_the_payload_limit_is_named(split: str, content: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        split_content(content, split)
