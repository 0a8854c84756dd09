import csv
import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from data_prep.text.errors import TextError
from data_prep.text.sources import SourceOptions, read_documents

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=40)
TABLE = st.lists(st.tuples(st.text("abc", min_size=1), TEXT, st.text("xy")), min_size=1, max_size=8)
NAMED = SourceOptions(column="text", id_column="id", label_column="label")


def read(
    source: Any, options: SourceOptions | None = None, frame_bytes: int = 2**25
) -> list[tuple[Any, ...]]:
    documents = read_documents(source, options, frame_bytes=frame_bytes)
    return [row for frame in documents.frames for row in frame.select("id", "text", "label", "date").rows()]


def texts(source: Any, options: SourceOptions | None = None) -> list[str]:
    return [row[1] for row in read(source, options)]


def as_csv(rows: list[tuple[str, ...]], delimiter: str = ",") -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerows([("id", "text", "label"), *rows])
    return file.getvalue().encode()


def as_json(rows: list[tuple[str, ...]]) -> bytes:
    names = ("id", "text", "label")
    lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def as_parquet(rows: list[tuple[str, ...]]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(rows, schema=["id", "text", "label"], orient="row").write_parquet(file)
    return file.getvalue()


@given(TABLE, st.sampled_from(["csv", "tsv", "jsonl", "parquet"]), st.sampled_from(["", ".gz", ".zst"]))
@pytest.mark.parametrize("frame_bytes", [1, 2**25])
def test_what_was_written_is_read(
    tmp_path: Path, frame_bytes: int, rows: list[tuple[str, ...]], form: str, packed: str
) -> None:
    writers = {"csv": as_csv, "jsonl": as_json, "parquet": as_parquet}
    content = as_csv(rows, "\t") if form == "tsv" else writers[form](rows)
    if form != "parquet" and packed:
        content = gzip.compress(content) if packed == ".gz" else zstandard.compress(content)
        form += packed
    file = tmp_path / f"table.{form}"
    file.write_bytes(content)
    assert read(file, NAMED, frame_bytes=frame_bytes) == [(*row, None) for row in rows]


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_each_text_file_of_a_folder_is_a_document(tmp_path: Path) -> None:
    folder = put(tmp_path, {"b.txt": "two\nlines", "a/c.TXT": "\ufeffone", ".hidden": "no", "d.txt": ""})
    assert read(folder) == [
        ("a/c.TXT", "one", None, None),
        ("b.txt", "two\nlines", None, None),
        ("d.txt", "", None, None),
    ]


def test_each_line_is_a_document_with_comprehends_name_if_asked(tmp_path: Path) -> None:
    put(tmp_path, {"x.txt": "one\r\ntwo\u2028still two\n\nfour"})
    assert read(tmp_path / "x.txt", SourceOptions(form="lines")) == [
        ("x.txt:0", "one", None, None),
        ("x.txt:1", "two\u2028still two", None, None),
        ("x.txt:2", "", None, None),
        ("x.txt:3", "four", None, None),
    ]


def test_several_tables_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    put(tmp_path, {"b.csv": "text\nsecond\n", "a.csv": "text\nfirst\n", "c.json": "{}"})
    assert [row[:2] for row in read(str(tmp_path / "*.csv"))] == [
        (f"{(tmp_path / 'a.csv').as_posix()}:0", "first"),
        (f"{(tmp_path / 'b.csv').as_posix()}:0", "second"),
    ]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "piped"}\n')))
    assert texts("-") == ["piped"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one line\nanother\n")))
    assert texts("-") == ["one line", "another"]


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("title,body\na,the long text of this article\n", {}, ["the long text of this article"]),
        ("n,words\n1,a text that is longer than the rest\n", {}, ["a text that is longer than the rest"]),
        ("first text\nsecond text\n", {"header": False}, ["first text", "second text"]),
        ("a;b\n1;x, y\n", {"column": "B"}, ["x, y"]),
        ("a,b\n1,x\n", {"column": "2"}, ["x"]),
        ('text\n"several\nlines, quoted"\n', {}, ["several\nlines, quoted"]),
        ("\ufefftext,n\nä,1\n", {"column": "text"}, ["ä"]),
    ],
)
def test_the_text_of_a_table_is_found(
    tmp_path: Path, content: str, options: Any, expected: list[str]
) -> None:
    put(tmp_path, {"t.csv": content})
    assert texts(tmp_path / "t.csv", SourceOptions(**options)) == expected


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-8"),
        ("latin-1", "latin-1"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_are_recognised_or_declared(tmp_path: Path, encoding: str, declared: str) -> None:
    put(tmp_path, {"t.csv": "id,text\n1,größer als zuvor\n".encode(encoding)})
    assert texts(tmp_path / "t.csv", SourceOptions(column="text", encoding=declared)) == ["größer als zuvor"]


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        (
            "t.csv",
            "id,text\n1,grün\n2,größer\n".encode("latin-1"),
            {},
            "t.csv, line 2, byte 12: 0xfc isn't",
        ),
        ("t.csv", b"", {}, "t.csv is empty"),
        ("t.csv", b"a,b\n1,2\n3\n", {"column": "a"}, "line 3: the row has 1 fields, the first row 2"),
        ("t.csv", b'text\n"open\n', {"column": "text"}, None),
        ("t.csv", b"a,b\nx,y\n", {}, r"several columns that could be the text.*a \(x\), b \(y\)"),
        ("t.csv", b"a,b\nx,y\n", {"column": "text"}, r"no column 'text'. Its columns: a \(x\), b \(y\)"),
        ("t.csv", b"one\rtwo\rthree", {}, "lines end with carriage returns only"),
        ("t.jsonl", b'{"text": "a"}\n{"text": \n', {}, "t.jsonl, line 2: this isn't JSON"),
        ("t.jsonl", b'{"text": "a"}\n[1]\n', {}, "t.jsonl, line 2: a document is an object"),
        ("t.jsonl", b'{"text": "a"}\n{"text": 5}\n', {}, "line 2: the field 'text' is no text"),
        ("t.jsonl", b'{"text": "a"}\n', {"id_column": "id"}, "no column 'id'"),
        ("t.txt", b"%PDF-1.7", {}, "t.txt is a PDF document: save its text"),
        ("t.txt", b"PK\x03\x04", {}, "a zip archive, such as .docx"),
        ("t.txt", b"abc\x00def", {}, "isn't text: byte 3 is a null byte"),
        ("t.npy", b"\x93NUMPY\x01", {}, "an array of numpy"),
        ("t.parquet", b"text", {}, "doesn't begin as Parquet does"),
        ("t.parquet", b"PAR1 and nothing", {}, "can't be read as Parquet"),
        (
            "t.csv.gz",
            gzip.compress(b"text\n" + bytes(range(65, 91)) * 99)[:40],
            {},
            "can't be decompressed",
        ),
        ("t.csv", b"text\nx\n", {"encoding": "klingon"}, "There is no encoding 'klingon'"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, options: Any, message: str | None
) -> None:
    put(tmp_path, {name: content})
    if message is None:
        assert read(tmp_path / name, SourceOptions(**options))
        return
    with pytest.raises(TextError, match=message):
        read(tmp_path / name, SourceOptions(**options))


def test_a_folder_of_several_forms_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": "text\nx\n", "b.txt": "y"})
    with pytest.raises(TextError, match=r"a.csv is CSV, .*b.txt one document a file"):
        read(tmp_path)


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.csv")
    with pytest.raises(TextError, match="There are no files in"):
        read(str(tmp_path / "*.csv"))
    with pytest.raises(TextError, match="There are no files in"):
        read(tmp_path)


class Objects:
    """A bucket with the calls that reading makes."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self.contents = contents

    def get_paginator(self, operation: str) -> "Objects":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803 -- boto3's names
        assert Bucket == "bucket"
        keys = [key for key in self.contents if key.startswith(Prefix)]
        return [{"Contents": [{"Key": key, "Size": len(self.contents[key])} for key in keys]}]

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert Bucket == "bucket"
        return {"Body": io.BytesIO(self.contents[Key])}


def test_objects_in_s3_are_read_as_files_are() -> None:
    objects = Objects({"in/b.txt": b"two", "in/a.txt": b"one", "in/": b"", "other": b"no"})
    documents = read_documents("s3://bucket/in/", s3=objects)  # type: ignore[arg-type]  # the calls are there
    rows = [row for frame in documents.frames for row in frame.select("id", "text").rows()]
    assert rows == [("a.txt", "one"), ("b.txt", "two")]
    with pytest.raises(TextError, match="no objects below s3://bucket/none"):
        read_documents("s3://bucket/none", s3=objects)  # type: ignore[arg-type]  # as above


def test_the_source_is_described_in_a_line(tmp_path: Path) -> None:
    put(tmp_path, {"t.csv": "id,text\n1,x y z\n"})
    assert (
        read_documents(tmp_path / "t.csv").description == f"{tmp_path / 't.csv'}: CSV, text in column 'text'"
    )
