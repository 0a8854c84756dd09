from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.contract.errors import DocumentError
from container.formats.csv_documents import parse_csv

Load = Callable[..., Any]
WORDS = 4
ROWS = st.lists(st.lists(st.integers(0, 10**6), min_size=WORDS, max_size=WORDS), min_size=1, max_size=5)
FORMS = st.sampled_from(["{}", "{}.0", " {}", "{} ", "{}.", "+{}", "{}e0", "0{}"])
often = settings(max_examples=200)


@pytest.fixture
def csv_head(load: Load) -> Any:
    return load("inspect_dataset", "csv_head")


def rows(documents: Any) -> list[list[float]]:
    found = []
    for document in documents:
        assert document.mistake(WORDS) is None
        row = [0.0] * WORDS
        for key, value in zip(*document.sparse(), strict=True):
            row[key] = value
        found.append(row)
    return found


@often
@given(rows_=ROWS, form=FORMS, end=st.sampled_from(["\n", "\r\n", "\n\n"]), ended=st.booleans())
def test_it_reads_every_way_to_write_whole_numbers_as_the_container_does(
    csv_head: Any, rows_: list[list[int]], form: str, end: str, *, ended: bool
) -> None:
    text = end.join(",".join(form.format(value) for value in row) for row in rows_) + (end if ended else "")
    assert rows(csv_head.documents(text.encode(), whole=True)) == rows_
    assert np.array_equal(parse_csv(text.splitlines(), WORDS).toarray(), rows_)


@often
@given(line=st.text(alphabet="0159,.-+eE _naif\t", max_size=24).filter(str.strip))
def test_what_it_accepts_the_container_reads_as_the_same_whole_numbers(csv_head: Any, line: str) -> None:
    (document,) = csv_head.documents(line.encode(), whole=True)
    if document.mistake(WORDS) is None:
        assert rows([document]) == parse_csv([line], WORDS).toarray().tolist()
        return
    try:
        read = parse_csv([line], WORDS).toarray()
    except DocumentError:
        return
    assert (read != np.floor(read)).any(), f"{line!r} holds counts"


@often
@given(rows_=ROWS, cut=st.integers(0, 60))
def test_a_head_gives_the_lines_that_end_within_it(csv_head: Any, rows_: list[list[int]], cut: int) -> None:
    content = "".join(",".join(map(str, row)) + "\n" for row in rows_).encode()[:cut]
    complete = content.count(b"\n")
    if complete:
        assert rows(csv_head.documents(content, whole=False)) == rows_[:complete]
    else:
        with pytest.raises(ValueError, match=r".") as raised:
            next(csv_head.documents(content, whole=False))
        assert type(raised.value).__name__ == "IncompleteError"


@often
@given(content=st.binary(max_size=80), whole=st.booleans())
def test_no_bytes_make_it_fail_but_with_a_sentence(csv_head: Any, content: bytes, *, whole: bool) -> None:
    with suppress(csv_head.RecordError):
        for document in csv_head.documents(content, whole=whole):
            mistake = document.mistake(WORDS)
            assert mistake is None or mistake.startswith("has ")


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        (b"1,2,3", "has 3 values in line 1"),
        (b"1,,3,4", "has '' for value 2 of line 1"),
        (b"1,2,3,", "has '' for value 4 of line 1"),
        (b"word,2,3,4", "has 'word' for value 1 of line 1, which isn't a count (a header must go)"),
        (b"1,-2,3,4", "has '-2' for value 2"),
        (b"1,2,0.5,4", "has '0.5' for value 3"),
        (b"1,2,nan,4", "has 'nan' for value 3"),
        (b"1,2,1_0,4", "has '1_0' for value 3"),
        (b"1,2,1e99,4", "has '1e99' for value 3"),
        (b'"1",2,3,4', "has '\"1\"' for value 1"),
        (b"\xff,2,3,4", "has '\N{REPLACEMENT CHARACTER}' for value 1"),
    ],
)
def test_a_mistake_names_line_and_value(csv_head: Any, line: bytes, mistake: str) -> None:
    (document,) = csv_head.documents(line, whole=True)
    assert document.mistake(WORDS).startswith(mistake)
