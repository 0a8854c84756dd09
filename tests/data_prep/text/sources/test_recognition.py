import io
import pickle
import sqlite3
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_prep.inputs.byte_stream import ByteStream
from data_prep.text.errors import SourceError
from data_prep.text.sources.options import SourceOptions
from data_prep.text.sources.recognition import recognise

PROSE = "Hello, world, again\nMany words, a comma, here\nAnd one, or two, there\n"


@pytest.mark.parametrize(
    ("name", "content", "one", "several"),
    [
        ("a.txt", PROSE, "lines", "txt-folder"),
        ("noname", PROSE, "lines", "txt-folder"),
        ("A.CSV", PROSE, "csv", "csv"),
        ("a.tsv.gz", "a\tb\n1\t2\n", "tsv", "tsv"),
        ("a.txt", '{"text": "a"}\n{"text": "b"}\n', "jsonl", "jsonl"),
        ("a.txt", '\n [\n {"text": "a"}]', "jsonl", "jsonl"),
        ("a.txt", '{"text": "' + "a" * (1 << 19), "jsonl", "jsonl"),
        ("a.txt", "{curly} text\nand more", "lines", "txt-folder"),
        ("a.txt", "[1] a footnote", "lines", "txt-folder"),
        ("a.ndjson", "not json", "jsonl", "jsonl"),
        ("a.txt", "id\ttext\n1\tone\n2\ttwo\n", "tsv", "txt-folder"),
        ("stdin", "id;text\n1;one\n2;two\n", "csv", "txt-folder"),
        ("a.txt", "one,two\n", "lines", "txt-folder"),
        ("a.txt", "", "lines", "txt-folder"),
    ],
)
def test_the_form_is_recognised_by_the_content_then_by_the_suffix(
    name: str, content: str, one: str, several: str
) -> None:
    for expected, is_several in ((one, False), (several, True)):
        stream = ByteStream(io.BytesIO(content.encode()), name)
        assert recognise(stream, name, SourceOptions(), several=is_several) == expected


def test_the_form_can_be_forced(read: Any) -> None:
    Path("a.txt").write_text("id,text\n1,words\n")
    assert read("a.txt", format="csv", column="text") == [("0", "words", None, None)]
    assert read("a.txt", format="lines")[0][1] == "id,text"
    assert read("a.txt", format="txt-folder") == [("a.txt", "id,text\n1,words\n", None, None)]
    Path("a.csv").write_text('{"a": 1}\n')
    assert read("a.csv", lines=True)[0][1] == '{"a": 1}'


def test_parquet_is_not_forced_to_be_something_else(read: Any) -> None:
    Path("a.csv").write_text("id,text\n1,words\n")
    with pytest.raises(SourceError, match=r"a\.csv is not Parquet"):
        read("a.csv", format="parquet")
    Path("b.csv").write_bytes(b"PAR1....PAR1")
    for options in ({"format": "csv"}, {"lines": True}):
        with pytest.raises(SourceError, match=r"b\.csv is Parquet"):
            read("b.csv", **options)


def archive(*members: str) -> bytes:
    with zipfile.ZipFile(content := io.BytesIO(), "w") as file:
        for member in members:
            file.writestr(member, "x")
    return content.getvalue()


def tar() -> bytes:
    with tarfile.open(fileobj=(content := io.BytesIO()), mode="w:gz") as file:
        file.addfile(tarfile.TarInfo("a"))
    return content.getvalue()


def array(save: Any) -> bytes:
    save(content := io.BytesIO(), np.ones(3))
    return content.getvalue()


def database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table a (b)")
    content = connection.serialize()
    connection.close()
    return content


@pytest.mark.parametrize(
    ("content", "described"),
    [
        (b"%PDF-1.7\n\xff\0", "a PDF document. Convert it to text first, for example with pdftotext"),
        (archive("[Content_Types].xml", "word/document.xml"), r"a Word document \(docx\)"),
        (
            archive("[Content_Types].xml", "xl/workbook.xml"),
            r"an Excel workbook \(xlsx\). Save the sheet as CSV",
        ),
        (archive("a.txt"), "a zip archive. Extract its files first"),
        (tar(), "a tar archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of Microsoft Office before 2007"),
        (b"{\\rtf1\\ansi}", "a rich text document"),
        (b"BZh91AY", "compressed with bzip2. Compress it with gzip or zstd"),
        (array(np.save), "an array of numpy. Counts.*encode"),
        (array(np.savez), "arrays of numpy. Counts.*encode"),
        (pickle.dumps(["text"] * 3, 5), "a pickle, which is never loaded"),
        (database(), "an SQLite database. Save the texts as CSV"),
    ],
)
@pytest.mark.parametrize("source", ["folder/a.txt", "folder", "folder/*"])
def test_what_is_not_text_is_an_error_that_says_what_it_is(
    content: bytes, described: str, source: str, read: Any
) -> None:
    Path("folder").mkdir()
    Path("folder/a.txt").write_bytes(content)
    with pytest.raises(SourceError, match=rf"folder/a\.txt isn't text: it is {described}"):
        read(source)
