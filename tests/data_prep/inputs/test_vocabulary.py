from pathlib import Path

import pytest

from data_prep.inputs.vocabulary import parse_vocabulary, read_vocabulary


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("\ufeffalpha\nbäta\n", ["alpha", "bäta"]),
        ("alpha\r\nbäta\r\n", ["alpha", "bäta"]),
        ("alpha\nbäta", ["alpha", "bäta"]),
        ("a\u2028b\nc\x0cd\ne\x85f\n", ["a\u2028b", "c\x0cd", "e\x85f"]),
        ("two words\n", ["two words"]),
        ("", []),
    ],
    ids=["byte order mark", "CRLF", "no last line break", "other separators", "spaces", "empty"],
)
def test_every_line_is_a_word(tmp_path: Path, content: str, words: list[str]) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes(content.encode())
    assert read_vocabulary(file) == words


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"eins\nz\xe4h\n", r"words, line 2, byte 6: this isn't UTF-8 \(0xe4\).*iconv -f latin1"),
        (b"\xef\xbb\xbf\xff\n", r"words, line 1, byte 3: this isn't UTF-8"),
        (b"a\n\nb\n", "words, line 2: the line is empty"),
        (b"a\rb\n", "words, line 1: a carriage return inside a word"),
    ],
)
def test_the_place_of_a_mistake_is_named(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_vocabulary(content, "words")
