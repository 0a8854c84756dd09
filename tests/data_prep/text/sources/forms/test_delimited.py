import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.text.errors import SourceError
from data_prep.text.sources import SourceOptions, read_documents

SIZES = pytest.mark.parametrize("frame_bytes", [1, 11, 1 << 20])


@SIZES
@pytest.mark.parametrize(
    ("rows", "line", "found"),
    [
        ("1,a\n2,b,c\n", 3, "3 values"),
        ('1,"a\n\nb"\n\n2\n3,c\n', 6, "1 value"),
        ('1,a"\n2,b\n3,c,d\n', 4, "3 values"),
        ('1,"a ""b"" c"\r\n2,b,\r\n', 3, "3 values"),
    ],
)
def test_a_ragged_row_is_an_error_with_its_line_and_counts(
    rows: str, line: int, found: str, frame_bytes: int, read: Any
) -> None:
    Path("a.csv").write_text(f"id,text\n{rows}", newline="")
    problem = rf"a\.csv, line {line}: the row has {found}, but the first row has 2\."
    with pytest.raises(SourceError, match=problem):
        read("a.csv", column="text", frame_bytes=frame_bytes)


@SIZES
@pytest.mark.parametrize("before", ["", '2,5" nails\n'])
def test_a_quotation_mark_that_is_not_closed_is_an_error_with_its_line(
    before: str, frame_bytes: int, read: Any
) -> None:
    Path("a.csv").write_text(f'id,text\n1,a\n{before}3,"b\n4,c\n5,d\n')
    line = 4 if before else 3
    with pytest.raises(
        SourceError, match=rf"a\.csv, line {line}: the quotation mark of this row isn't closed"
    ):
        read("a.csv", column="text", frame_bytes=frame_bytes)


@SIZES
def test_lines_are_counted_from_the_beginning_of_the_file(frame_bytes: int, read: Any) -> None:
    Path("a.csv").write_text('\n\r\n\nid,text\n1,"a\n"\n\n2\n', newline="")
    with pytest.raises(SourceError, match=r"a\.csv, line 8: the row has 1 value"):
        read("a.csv", column="text", frame_bytes=frame_bytes)


@SIZES
def test_quotation_marks_within_a_value_are_characters(frame_bytes: int, read: Any) -> None:
    Path("a.csv").write_text(
        'id,text\n1,5" nails\n2,"7"" nails, and\nmore"\n3,he said "no"\n4,"no" he said\n'
    )
    texts = ['5" nails', '7" nails, and\nmore', 'he said "no"', "no he said"]
    assert [row[1] for row in read("a.csv", column="text", frame_bytes=frame_bytes)] == texts


@SIZES
@pytest.mark.parametrize(
    "texts",
    [
        ['"Good morning', "it's late", '"and" so on'],
        ['5" nails', '"quoted"', 'a ""'],
        ['"one', "two", "three"],
    ],
)
def test_tsv_without_quoted_values_has_quotation_marks_as_characters(
    texts: list[str], frame_bytes: int, read: Any
) -> None:
    Path("a.tsv").write_text("id\ttext\n" + "".join(f"{row}\t{text}\n" for row, text in enumerate(texts)))
    assert [row[1] for row in read("a.tsv", column="text", frame_bytes=frame_bytes)] == texts
    description = str(read_documents("a.tsv", options=SourceOptions(column="text")).description)
    assert description == "a.tsv: TSV, quotation marks are characters, text in column 'text'"


@SIZES
@given(
    content=st.lists(st.sampled_from(['"', '""', "a", "b c", ",", "\n", "\r\n"]), max_size=25).map("".join)
)
def test_any_csv_is_read_as_by_python_or_refused(content: str, frame_bytes: int, read: Any) -> None:
    Path("a.csv").write_text(f"id,text\n{content}", newline="")
    with Path("a.csv").open(newline="") as file:
        rows = [row for row in csv.reader(file) if row][1:]
    try:
        documents = read("a.csv", column="text", frame_bytes=frame_bytes)
    except SourceError as error:
        closed = "isn't closed" not in str(error)
        assert not rows or not closed or any(len(row) != 2 for row in rows)
    else:
        assert [text for _, text, _, _ in documents] == [row[1] for row in rows]


@SIZES
def test_a_carriage_return_outside_of_quotation_marks_is_an_error(frame_bytes: int, read: Any) -> None:
    Path("a.csv").write_text("id,text\n1,a\n2,b\rc\n", newline="")
    with pytest.raises(SourceError, match=r"a\.csv, line 3: "):
        read("a.csv", column="text", frame_bytes=frame_bytes)


@SIZES
def test_blank_lines_are_no_rows_except_in_one_column(frame_bytes: int, read: Any) -> None:
    Path("a.csv").write_text("\n\nid,text\n\n1,a\n\r\n2,b\n\n", newline="")
    assert [row[1] for row in read("a.csv", column="text", frame_bytes=frame_bytes)] == ["a", "b"]
    Path("one.csv").write_text('text\na\n\n""\nb "c\n\nd\n')
    assert [row[1] for row in read("one.csv", frame_bytes=frame_bytes)] == ["a", "", "", 'b "c', "", "d"]


@pytest.mark.parametrize(
    ("content", "separator", "header"),
    [
        ("id,text\n1,one; two\n", "", True),
        ("id;text\n1;one, two\n2;three\n", "separated by semicolon", True),
        ("id|text\n1|one, two\n", "separated by vertical bar", True),
        ("id\ttext\n1\tone, two\n", "separated by tab", True),
        ("1,one two\n2,three\n", "", False),
        ("sports,The team wins the game again.\nnews,The council approved it.\n", "", False),
        ("ham,see you\nspam,win a prize now\nham,ok then see you\n", "", False),
        (",text\n0,one\n1,two\n", "", True),
        ("category,headline\nsports,the team wins the game again\n", "", True),
        ('"first name","last name"\nAda Marie Louise,b\n', "", True),
        ("text\n", "", True),
    ],
)
def test_the_separator_and_the_header_are_recognised_and_described(
    content: str, separator: str, *, header: bool
) -> None:
    Path("a.csv").write_text(content)
    options = SourceOptions(column="1" if content == "text\n" else "2")
    detail = read_documents("a.csv", options=options).description.detail
    assert detail == ", ".join(filter(None, [separator, "" if header else "without a header"]))


def test_a_name_that_was_asked_for_makes_a_header(read: Any) -> None:
    Path("a.csv").write_text("2025,2026\n1,2\n")
    assert read("a.csv", column="2026") == [("0", "2", None, None)]
    assert [row[1] for row in read("a.csv", column="2")] == ["2026", "2"]


def test_a_header_can_be_said_or_denied(read: Any) -> None:
    Path("a.csv").write_text("id,text\n1,some words\n")
    assert [row[1] for row in read("a.csv", column="2", header=False)] == ["text", "some words"]
    Path("b.csv").write_text("1,2\n3,some words\n")
    assert [row[1] for row in read("b.csv", column="2", header=True)] == ["some words"]


def test_a_value_that_equals_the_number_of_a_column_makes_no_header(read: Any) -> None:
    Path("a.csv").write_text("2,some words of one text\n3,more words of another\n")
    assert [row[1] for row in read("a.csv", column="2")] == [
        "some words of one text",
        "more words of another",
    ]
    assert [row[1] for row in read("a.csv")] == ["some words of one text", "more words of another"]


def test_a_long_value_is_one_document(read: Any) -> None:
    text = 'word, "word"\n' * 100_000
    with Path("a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", "text"], ["1", text], ["2", "short"]])
    assert [row[1] for row in read("a.csv", column="text")] == [text, "short"]
    with Path("b.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", "text"], ["1", text], ["2", "short"]])
        file.write('3,5" nails\n')
    assert [row[1] for row in read("b.csv", column="text", frame_bytes=100_000)] == [
        text,
        "short",
        '5" nails',
    ]
