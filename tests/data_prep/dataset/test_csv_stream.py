import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.dataset import csv_stream
from data_prep.dataset.csv_stream import csv_chunks


def read(content: bytes) -> Any:
    return np.concatenate(list(csv_chunks(io.BytesIO(content), "a.csv")))


@given(
    rows=st.lists(st.lists(st.integers(0, 10**9), min_size=3, max_size=3), min_size=1, max_size=20),
    end=st.sampled_from(["\n", "\r\n", "\n\n"]),
    piece=st.integers(1, 40),
    ended=st.booleans(),
)
def test_the_size_of_the_read_buffer_makes_no_difference(
    rows: list[list[int]], end: str, piece: int, *, ended: bool
) -> None:
    content = end.join(",".join(map(str, row)) for row in rows) + (end if ended else "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_stream, "_READ_BYTES", piece)
        assert np.array_equal(read(content.encode()), rows)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"1,2,3\n\n1,2\n", "a.csv, line 3: 2 values, but the first line has 3."),
        (
            b"a,b,c\n1,2,3\n",
            "a.csv, line 1, column 0: 'a'; counts are whole numbers from 0 to 9007199254740992. Remove a",
        ),
        (b"1,2,3\n1,,3\n", "a.csv, line 2, column 1: ''; counts"),
        (b"1,2,3\n1,2,3,\n", "a.csv, line 2: 4 values, but the first line has 3."),
        (b"1,2\n1,-1\n", "a.csv, line 2, column 1: '-1'; counts"),
        (b"1,2\n1,0.5\n", "a.csv, line 2, column 1: '0.5'; counts"),
        (b"1,2\nnan,1\n", "a.csv, line 2, column 0: 'nan'; counts"),
        (b"1,2\n1,1e17\n", "a.csv, line 2, column 1: '1e17'; counts"),
        (b"1,2\n\xff\xfe,1\n", "a.csv, line 2, column 0: '\N{REPLACEMENT CHARACTER}"),
        (b"\xef\xbb\xbf1,2\n", "a.csv begins with a byte order mark"),
    ],
)
def test_an_invalid_count_is_refused_with_line_and_column(content: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        read(content)
    assert str(raised.value).startswith(sentence)


def test_lines_are_numbered_across_read_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_stream, "_READ_BYTES", 7)
    with pytest.raises(ValueError, match=r"a\.csv, line 50, column 1: 'x'"):
        read(b"1,2\n" * 49 + b"1,x\n")


def test_a_line_that_is_too_long_is_refused_before_it_is_read_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csv_stream, "_READ_BYTES", 10)
    monkeypatch.setattr(csv_stream, "_LONGEST_LINE", 20)
    with pytest.raises(ValueError, match=r"a\.csv, line 1: the line is longer than 20 bytes"):
        read(b"1," * 100)
