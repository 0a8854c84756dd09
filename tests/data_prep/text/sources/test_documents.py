import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from client.errors import error_message
from data_prep.text.errors import SourceError
from data_prep.text.sources import SourceOptions, read_documents

TEXTS = ["the first text, of a few words", 'the second one\nhas "two" lines', "and the third one has a tail"]


@pytest.fixture
def table() -> pl.DataFrame:
    return pl.DataFrame({"key": ["a", "b", "c"], "section": ["x", "y", "x"], "body": TEXTS})


def write(table: pl.DataFrame, path: str, form: str) -> None:
    if form == "parquet":
        table.write_parquet(path)
    elif form == "jsonl":
        table.write_ndjson(path)
    else:
        table.write_csv(path, separator="\t" if form == "tsv" else ",")


def description(source: str, **options: Any) -> str:
    documents = read_documents(source, options=SourceOptions(**options))
    for _ in documents:
        pass
    return str(documents.description)


def test_a_folder_has_one_document_per_file_named_by_its_path(read: Any) -> None:
    Path("news/sub").mkdir(parents=True)
    Path("news/b.txt").write_text("second\r\nline\n", newline="")
    Path("news/sub/A.TXT.gz").write_bytes(gzip.compress(b"third"))
    Path("news/a.txt").write_text("")
    Path("news/.DS_Store").write_bytes(b"\0")
    Path("news/_SUCCESS").touch()
    assert (
        read("news")
        == read("news/**")
        == [
            ("a.txt", "", None, None),
            ("b.txt", "second\r\nline\n", None, None),
            ("sub/A.TXT.gz", "third", None, None),
        ]
    )
    assert description("news") == "news: text files, one document per file, 3 files, 3 documents"


def test_lines_are_numbered_from_0_after_the_file_as_comprehend_does(read: Any) -> None:
    Path("news").mkdir()
    Path("news/one.txt").write_text("a\n\nb")
    Path("news/two.txt").write_text("c\n")
    ids = ["one.txt:0", "one.txt:1", "one.txt:2", "two.txt:0"]
    assert [row[0] for row in read("news", lines=True)] == ids
    assert [row[1] for row in read("news/*.txt", lines=True)] == ["a", "", "b", "c"]
    assert [row[0] for row in read("news/one.txt")] == ids[:3]


@pytest.mark.parametrize("suffix", ["CSV", "tsv", "jsonl", "parquet"])
def test_rows_of_one_table_are_numbered_and_those_of_several_have_the_file(
    suffix: str, table: pl.DataFrame, read: Any
) -> None:
    Path("t").mkdir()
    for name in ("t/1", "t/2"):
        write(table, f"{name}.{suffix}", suffix.lower())
    assert [row[0] for row in read(f"t/1.{suffix}")] == ["0", "1", "2"]
    expected = [(f"{file}.{suffix}:{row}", text) for file in "12" for row, text in enumerate(TEXTS)]
    assert [row[:2] for row in read(f"t/*.{suffix}")] == expected
    assert [row[:2] for row in read("t")] == expected


def test_columns_are_kept_with_each_document(table: pl.DataFrame, read: Any) -> None:
    table.with_columns(day=pl.date(2026, 1, pl.int_range(1, 4))).write_parquet("a.parquet")
    table.with_columns(day=pl.lit("2026-01-01")).write_csv("a.csv")
    columns = {"id_column": "key", "label_column": "2", "date_column": "day"}
    assert read("a.parquet", **columns)[1] == ("b", TEXTS[1], "y", "2026-01-02")
    assert read("a.csv", **columns)[2] == ("c", TEXTS[2], "x", "2026-01-01")


def test_one_column_can_have_two_roles(table: pl.DataFrame, read: Any) -> None:
    table.write_csv("a.csv")
    table.write_ndjson("a.jsonl")
    table.write_parquet("a.parquet")
    for name in ("a.csv", "a.jsonl", "a.parquet"):
        documents = read(name, column="body", label_column="key", id_column="key")
        assert documents == [(key, text, key, None) for key, text in zip("abc", TEXTS, strict=True)]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.csv", "CSV, 3 rows, text in column 'body'"),
        ("a.tsv", "TSV, 3 rows, text in column 'body'"),
        ("a.jsonl", "JSON lines, 3 rows, text in field 'body'"),
        ("a.parquet", "Parquet, 3 rows, text in column 'body'"),
        ("a.csv.gz", "CSV, gzip, 3 rows, text in column 'body'"),
        ("semicolon.csv", "CSV, separated by semicolon, 3 rows, text in column 'body'"),
        ("bare.csv", "CSV, without a header, 3 rows, text in column 3"),
        ("utf16.csv", "CSV, utf-16-le, 3 rows, text in column 'body'"),
        ("lines.txt", "text, one document per line, 2 documents"),
    ],
)
def test_a_source_is_described_in_one_line(name: str, form: str, table: pl.DataFrame) -> None:
    table.write_csv("a.csv")
    table.write_csv("a.tsv", separator="\t")
    table.write_csv("semicolon.csv", separator=";")
    table.with_row_index().drop("key").write_csv("bare.csv", include_header=False)
    table.write_ndjson("a.jsonl")
    table.write_parquet("a.parquet")
    Path("a.csv.gz").write_bytes(gzip.compress(Path("a.csv").read_bytes()))
    Path("utf16.csv").write_bytes(b"\xff\xfe" + Path("a.csv").read_text().encode("utf-16-le"))
    Path("lines.txt").write_text("one\ntwo\n")
    assert description(name) == f"{name}: {form}"


def test_the_description_is_known_before_the_documents_are_read(table: pl.DataFrame) -> None:
    table.write_csv("a.csv")
    documents = read_documents("a.csv", options=SourceOptions(frame_bytes=1))
    assert str(documents.description) == "a.csv: CSV, text in column 'body'"
    assert (documents.description.guessed, documents.description.complete) == (True, False)
    next(documents)
    assert documents.description.documents == 1


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "csv.gz"])
def test_stdin_is_recognised_by_its_content(
    form: str, table: pl.DataFrame, monkeypatch: pytest.MonkeyPatch, read: Any
) -> None:
    write(table, "a", form.removesuffix(".gz"))
    content = Path("a").read_bytes()
    piped = io.BytesIO(gzip.compress(content) if form.endswith("gz") else content)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(piped))
    assert [row[:2] for row in read("-")] == [(str(row), text) for row, text in enumerate(TEXTS)]
    assert not piped.closed


def test_files_of_a_pattern_are_sorted_and_share_the_columns(read: Any) -> None:
    Path("b.csv").write_text('text,id\n"words, of b, which are many",1\n')
    Path("a.csv").write_text("id,text\n1,words of a which are many\n")
    assert [row[:2] for row in read("*.csv")] == [
        ("a.csv:0", "words of a which are many"),
        ("b.csv:0", "words, of b, which are many"),
    ]


def test_a_later_file_without_the_column_is_named(read: Any) -> None:
    Path("a.csv").write_text("id,text\n1,words of a which are many\n")
    Path("b.csv").write_text("id,body\n1,words of b which are many\n")
    with pytest.raises(
        SourceError, match=r"b\.csv has no column 'text'\. Its columns are 1 'id' \(1\), 2 'body'"
    ):
        read("*.csv")


def test_empty_tables_among_several_have_no_documents(table: pl.DataFrame, read: Any) -> None:
    Path("a.csv").touch()
    table.write_csv("b.csv")
    Path("c.csv").write_text("key,section,body\n")
    assert [row[0] for row in read("*.csv")] == ["b.csv:0", "b.csv:1", "b.csv:2"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.csv", "", r"a\.csv is empty"),
        ("a.jsonl", "\n\n", r"a\.jsonl has no documents"),
        ("a.csv", "id,text\n", r"a\.csv has no documents"),
    ],
)
def test_a_source_without_documents_is_an_error(name: str, content: str, problem: str, read: Any) -> None:
    Path(name).write_text(content)
    with pytest.raises(SourceError, match=problem):
        read(name, column=None if name.endswith("l") else "text")


def test_files_of_different_forms_are_an_error_that_names_both(table: pl.DataFrame, read: Any) -> None:
    table.write_csv("a.csv")
    table.write_ndjson("b.jsonl")
    with pytest.raises(SourceError, match=r"b\.jsonl is JSON lines, but a\.csv is CSV"):
        read("*")


@pytest.mark.parametrize("frame_bytes", [1, 1 << 20])
def test_an_id_that_occurs_twice_is_an_error_that_names_both_places(frame_bytes: int, read: Any) -> None:
    Path("a.csv").write_text("id,text\nx,one\ny,two\n")
    Path("b.csv").write_text("id,text\nz,one\ny,two\n")
    with pytest.raises(
        SourceError,
        match=r"id 'y' occurs twice: a\.csv, document 1 \(from 0\), and b\.csv, document 1 \(from 0\)",
    ):
        read("*.csv", id_column="id", column="text", frame_bytes=frame_bytes)


def test_a_missing_id_is_an_error(read: Any) -> None:
    Path("a.jsonl").write_text('{"id": 1, "text": "a"}\n{"text": "b"}\n')
    with pytest.raises(SourceError, match=r"a\.jsonl, document 1 \(from 0\) has no id"):
        read("a.jsonl", id_column="id", column="text")


def test_a_column_of_plain_text_is_an_error(read: Any) -> None:
    Path("a.txt").write_text("one\ntwo\n")
    with pytest.raises(SourceError, match=r"a\.txt is plain text, which has no column 'text'"):
        read("a.txt", column="text")


def test_a_file_that_does_not_exist_is_reported_as_such() -> None:
    with pytest.raises(FileNotFoundError) as error:
        read_documents("missing.csv")
    assert error_message(error.value) == "There is no file or folder missing.csv."
    with pytest.raises(SourceError, match="there are no files"):
        read_documents("*.csv")


def test_a_file_whose_name_looks_like_a_pattern_is_read(read: Any) -> None:
    Path("a[1].jsonl").write_text(json.dumps({"text": "hello"}))
    assert read("a[1].jsonl") == [("0", "hello", None, None)]


@pytest.mark.parametrize("form", ["txt", "csv"])
def test_many_small_files_are_one_frame(form: str) -> None:
    Path("many").mkdir()
    for number in range(50):
        Path(f"many/{number}.{form}").write_text("text\nsome words\n")
    assert [len(frame) for frame in read_documents("many")] == [50]


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet", "txt"])
def test_a_frame_is_about_as_large_as_it_should_be(form: str) -> None:
    table = pl.DataFrame({"text": ["ten bytes." * 10] * 1000})
    if form == "txt":
        Path("a.txt").write_text("\n".join(table["text"]))
    else:
        write(table, f"a.{form}", form)
    frames = list(read_documents(f"a.{form}", options=SourceOptions(frame_bytes=5000)))
    sizes = [int(frame["text"].str.len_bytes().sum()) for frame in frames]
    assert sum(sizes) == 100_000
    assert max(sizes) <= 7500
    assert min(sizes[:-1]) >= 2500


@pytest.mark.parametrize("source", ["a.csv.gz", "*.gz"])
def test_a_truncated_file_is_an_error_of_the_whole_source(source: str, read: Any) -> None:
    Path("a.csv.gz").write_bytes(gzip.compress(b"id,text\n1,words\n")[:-9])
    with pytest.raises(ValueError, match=r"a\.csv\.gz is damaged or incomplete"):
        read(source)


def test_a_suffix_of_compression_without_compression_is_read_as_it_is(read: Any) -> None:
    Path("a.csv.gz").write_text("id,text\n1,some words\n")
    assert read("a.csv.gz", column="text") == [("0", "some words", None, None)]
    Path("b.csv").write_bytes(gzip.compress(b"id,text\n1,some words\n"))
    assert read("b.csv", column="text") == [("0", "some words", None, None)]
