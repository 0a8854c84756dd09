"""The compiled scanner of plain CSV gives the result of the complete parser, or leaves the body to it."""

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.contract.errors import DocumentError
from container.formats import csv_documents
from container.formats.csv_documents import parse_csv
from container.formats.csv_scanner import scan_csv

digits = st.text("0123456789", min_size=1, max_size=8)
powers = st.tuples(st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), st.integers(0, 25).map(str)).map(
    "".join
)
plain = st.tuples(digits, st.just("") | digits.map(".{}".format), st.just("") | powers).map("".join)
floats = st.floats(0, 2.0**53) | st.floats(0, 1e9, width=32)
# The scanner skips runs of zeros eight bytes at a time, so runs must begin at every offset.
numbers = st.sampled_from(["0", "0", "0", "0", "0.0", "1", "12"]) | plain | floats.map(repr)


def parse_completely(body: bytes, words: int) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_documents, "scan_csv", lambda *_: None)
        return parse_csv(io.StringIO(body.decode(), newline=None), words).toarray()


@settings(max_examples=500)
@given(numbers)
def test_a_number_is_pythons_float_or_left_to_the_complete_parser(text: str) -> None:
    scanned = scan_csv(f"{text}\n".encode(), 1)
    if scanned is not None:
        assert scanned.toarray().tolist() == [[float(text)]]


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "7",
        "12",
        "0.5",
        "1.",
        ".5",
        "1.50",
        "100000",
        "007",
        "1e3",
        "2.5E-3",
        "3.000000000000000000e+00",
        "0.0001",
    ],
)
def test_the_usual_number_formats_are_plain(text: str) -> None:
    scanned = scan_csv(f"{text}\n".encode(), 1)
    assert scanned is not None
    assert scanned.toarray().tolist() == [[float(text)]]


@given(
    st.integers(1, 40).flatmap(
        lambda words: st.lists(st.lists(numbers, min_size=words, max_size=words), min_size=1, max_size=4)
    ),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
    st.booleans(),
)
def test_documents_equal_those_of_the_complete_parser(rows: Any, end: str, last: Any) -> None:
    body = (end.join(",".join(row) for row in rows) + end * last).encode()
    scanned = scan_csv(body, len(rows[0]))
    if scanned is not None:
        assert np.array_equal(scanned.toarray(), parse_completely(body, len(rows[0])))
        assert scanned.has_canonical_format
        assert (scanned.data > 0).all()


@settings(max_examples=500)
@given(st.text("0123.,-+eE \r\n", max_size=40), st.integers(1, 4))
def test_text_that_is_not_plain_is_left_to_the_complete_parser(text: str, words: int) -> None:
    try:
        expected = parse_completely(text.encode(), words)
    except DocumentError:
        assert scan_csv(text.encode(), words) is None
    else:
        scanned = scan_csv(text.encode(), words)
        assert scanned is None or np.array_equal(scanned.toarray(), expected)


@pytest.mark.parametrize(
    "body", [b"1,2", b"1,2,3,4", b"1,2,\n", b"1,,3", b",1,2", b"1,2,3\n4", b"0,0,0,0,", b"1e16,2,3"]
)
def test_errors_are_left_to_the_complete_parser(body: bytes) -> None:
    assert scan_csv(body, 3) is None
    with pytest.raises(DocumentError):
        parse_completely(body, 3)


def test_plain_counts_are_never_left_to_the_complete_parser() -> None:
    counts = np.random.default_rng(0).poisson(0.3, (50, 333))
    body = "\n".join(",".join(map(str, row)) for row in counts).encode()
    scanned = scan_csv(body, 333)
    assert scanned is not None
    assert np.array_equal(scanned.toarray(), counts)
