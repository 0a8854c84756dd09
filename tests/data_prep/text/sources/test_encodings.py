from pathlib import Path
from typing import Any

import pytest

from data_prep.text.errors import SourceError
from data_prep.text.sources import SourceOptions

GERMAN = "id,text\n1,eins\n2,zwei Übel sind da\n"


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "folder"])
@pytest.mark.parametrize("frame_bytes", [1, 5, 1 << 20])
def test_text_that_is_not_utf8_is_an_error_with_line_byte_and_the_likely_encoding(
    name: str, frame_bytes: int, read: Any
) -> None:
    path = Path("folder/a.txt") if name == "folder" else Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(GERMAN, "latin-1")
    with pytest.raises(
        SourceError,
        match=rf"^{path}, line 3, byte 22: 0xdc isn't utf-8\. Probably it is latin-1: give the encoding",
    ):
        read(name, frame_bytes=frame_bytes)


def test_quotation_marks_of_windows_suggest_its_encoding(read: Any) -> None:
    Path("a.txt").write_text("he said “no”\n", "cp1252")
    with pytest.raises(SourceError, match=r"line 1, byte 8: 0x93 isn't utf-8. Probably it is cp1252"):
        read("a.txt")


def test_mostly_high_bytes_suggest_encodings_of_other_scripts(read: Any) -> None:
    Path("a.txt").write_text("Правительство приняло\n", "koi8-r")
    with pytest.raises(SourceError, match="cp1251 or koi8-r for Cyrillic"):
        read("a.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_error_far_behind_the_beginning_has_its_place(encoding: str, read: Any) -> None:
    lines = [f"line {number} with ünïcödé text" for number in range(20000)]
    content = "\n".join(lines).encode(encoding)
    bad = b"\xff" if encoding.startswith("utf-8") else b"\x00\xd8a\x00"
    Path("a.txt").write_bytes(content + b"\n\0"[:1] * encoding.startswith("utf-8") + bad + b"\n\0")
    byte = len(content) + encoding.startswith("utf-8")
    line = 20001 if encoding.startswith("utf-8") else 20000
    with pytest.raises(SourceError, match=rf"a\.txt, line {line}, byte {byte}: 0x"):
        read("a.txt", frame_bytes=1000)


@pytest.mark.parametrize("frame_bytes", [1, 3, 1 << 20])
def test_a_nul_byte_is_an_error_with_its_place(frame_bytes: int, read: Any) -> None:
    Path("a.txt").write_bytes("é\nde\0f\n".encode())
    with pytest.raises(SourceError, match=r'line 2, byte 5: a NUL byte.*"utf-16-le"'):
        read("a.txt", frame_bytes=frame_bytes)


def test_nul_among_other_bytes_is_not_text(read: Any) -> None:
    Path("a.bin").write_bytes(b"\x01\x00\xfe\x00\x00\x9c" * 20)
    with pytest.raises(SourceError, match="isn't a text file"):
        read("a.bin")


def test_a_byte_order_mark_counts_more_than_the_declared_encoding(read: Any) -> None:
    Path("a.txt").write_text("für\nüber\n", "utf-8-sig")
    assert [row[1] for row in read("a.txt", encoding="latin-1")] == ["für", "über"]


def test_a_cr_only_file_has_lines_and_a_cr_in_others_is_text(read: Any) -> None:
    Path("a.csv").write_bytes(b"id,text\r1,one\r2,two\r")
    assert [row[1] for row in read("a.csv", column="text", frame_bytes=3)] == ["one", "two"]
    Path("a.txt").write_bytes(b"one\rstill one\ntwo\r\n")
    assert [row[1] for row in read("a.txt")] == ["one\rstill one", "two"]


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13"])
def test_an_unknown_encoding_is_an_error(encoding: str) -> None:
    with pytest.raises(SourceError, match=f"The encoding '{encoding}' is unknown"):
        SourceOptions(encoding=encoding)
