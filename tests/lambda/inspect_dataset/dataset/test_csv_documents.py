from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.csv_documents import read_csv_documents
from common.recordio import IncompleteError, RecordError
from container.contract.errors import DocumentError
from container.formats.csv_documents import parse_csv

WORDS = 4
ROWS = st.lists(st.lists(st.integers(0, 10**6), min_size=WORDS, max_size=WORDS), min_size=1, max_size=5)
FORMS = st.sampled_from(["{}", "{}.0", " {}", "{} ", "{}.", "+{}", "{}e0", "0{}"])
often = settings(max_examples=200)


def rows(documents: Any) -> list[list[float]]:
    found = []
    for document in documents:
        assert document.problem(WORDS) is None
        row = [0.0] * WORDS
        for key, value in zip(*document.sparse(), strict=True):
            row[key] = value
        found.append(row)
    return found


@often
@given(rows_=ROWS, form=FORMS, end=st.sampled_from(["\n", "\r\n", "\n\n"]), ended=st.booleans())
def test_whole_numbers_in_every_form_are_read_as_by_the_container(
    rows_: list[list[int]], form: str, end: str, *, ended: bool
) -> None:
    text = end.join(",".join(form.format(value) for value in row) for row in rows_) + (end if ended else "")
    assert rows(read_csv_documents(text.encode(), whole=True)) == rows_
    assert np.array_equal(parse_csv(text.splitlines(), WORDS).toarray(), rows_)


@often
@given(line=st.text(alphabet="0159,.-+eE _naif\t", max_size=24).filter(str.strip))
def test_the_container_reads_accepted_lines_as_the_same_whole_numbers(line: str) -> None:
    (document,) = read_csv_documents(line.encode(), whole=True)
    if document.problem(WORDS) is None:
        assert rows([document]) == parse_csv([line], WORDS).toarray().tolist()
        return
    try:
        read = parse_csv([line], WORDS).toarray()
    except DocumentError:
        return
    assert (read != np.floor(read)).any(), f"{line!r} holds counts"


@often
@given(rows_=ROWS, cut=st.integers(0, 60))
def test_the_lines_that_end_within_a_head_are_read(rows_: list[list[int]], cut: int) -> None:
    content = "".join(",".join(map(str, row)) + "\n" for row in rows_).encode()[:cut]
    complete = content.count(b"\n")
    if complete:
        assert rows(read_csv_documents(content, whole=False)) == rows_[:complete]
    else:
        with pytest.raises(IncompleteError):
            next(read_csv_documents(content, whole=False))


@often
@given(content=st.binary(max_size=80), whole=st.booleans())
def test_other_bytes_raise_no_error_but_record_error(content: bytes, *, whole: bool) -> None:
    with suppress(RecordError):
        for document in read_csv_documents(content, whole=whole):
            problem = document.problem(WORDS)
            assert problem is None or problem.startswith("has ")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"1,2,3", "has 3 values in line 1"),
        (b"1,,3,4", "has '' for value 2 of line 1"),
        (b"1,2,3,", "has '' for value 4 of line 1"),
        (b"word,2,3,4", "has 'word' for value 1 of line 1, which isn't a count (remove a header line)"),
        (b"1,-2,3,4", "has '-2' for value 2"),
        (b"1,2,0.5,4", "has '0.5' for value 3"),
        (b"1,2,nan,4", "has 'nan' for value 3"),
        (b"1,2,1_0,4", "has '1_0' for value 3"),
        (b"1,2,1e99,4", "has '1e99' for value 3"),
        (b'"1",2,3,4', "has '\"1\"' for value 1"),
        (b"\xff,2,3,4", "has '\N{REPLACEMENT CHARACTER}' for value 1"),
    ],
)
def test_a_problem_names_line_and_value(line: bytes, problem: str) -> None:
    (document,) = read_csv_documents(line, whole=True)
    assert (document.problem(WORDS) or "").startswith(problem)
