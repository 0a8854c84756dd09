"""Texts in a request's body: one per line of plain text, or a field of JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from container.contract.content_types import JSON, JSONLINES, TEXT
from container.contract.errors import DocumentError
from container.formats.documents import parse_documents

WORDS = 3
texts = st.text(st.characters(exclude_categories=["Cs"]))
lines = texts.map(lambda text: text.replace("\n", " ").rstrip("\r").removeprefix("\ufeff"))
COUNTS = {"features": [1, 0, 2]}


@given(st.lists(lines, min_size=1), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_a_line_is_a_document(documents: list[str], end: str, mark: str) -> None:
    body = mark + "".join(document + end for document in documents)
    assert parse_documents(TEXT, body.encode(), WORDS) == documents


def test_the_last_line_may_lack_its_end_and_an_empty_line_is_a_document() -> None:
    assert parse_documents(TEXT, b"", WORDS) == parse_documents(TEXT, b"\n", WORDS) == [""]
    assert parse_documents(TEXT, b"one\n\ntwo", WORDS) == ["one", "", "two"]
    assert parse_documents(TEXT, "a\x0cb\u2028c\x85d\re\n".encode(), WORDS) == ["a\x0cb\u2028c\x85d\re"]


@given(st.lists(texts, min_size=1))
def test_json_contains_any_text(documents: list[str]) -> None:
    items = [{"text": document, "id": number} for number, document in enumerate(documents)]
    assert parse_documents(JSON, json.dumps({"instances": items}).encode(), WORDS) == documents
    assert parse_documents(JSON, json.dumps(items[0]).encode(), WORDS) == documents[:1]
    assert parse_documents(JSONLINES, "\n\n".join(map(json.dumps, items)).encode(), WORDS) == documents


def test_counts_with_a_text_are_counts() -> None:
    body = json.dumps({"instances": [{**COUNTS, "text": "ignored"}]}).encode()
    counts = parse_documents(JSON, body, WORDS)
    assert not isinstance(counts, list)
    assert counts.toarray().tolist() == [[1, 0, 2]]


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        (
            TEXT,
            "Bär\nB\xe4r".encode() + b"\nB\xe4r",
            "Line 3, byte 12 of the body is 0xe4, which is not UTF-8",
        ),
        (TEXT, b"\xef\xbb\xbf\xff", "Line 1, byte 4 of the body is 0xff"),
        (TEXT, "text".encode("utf-16"), "Line 1, byte 1 of the body is 0xff, which is not UTF-8"),
        (JSON, b'{"text": 5}', "The body, text is 5, not a string"),
        (JSON, b'{"text": null}', "The body, text is null, not a string"),
        (JSON, b'{"instances": [{"text": ["a"]}]}', r'Instance 0, text is \["a"\], not a string'),
        (JSON, b'{"text": "B\xe4r"}', "0xe4 in position 11"),
        (JSON, b'{"text": "\\ud83d"}', "half of a surrogate pair"),
        (JSON, json.dumps({"instances": [{"text": "a"}, COUNTS]}).encode(), "Instance 1 is counts, unlike"),
        (JSONLINES, b'{"features": [1, 0, 2]}\n{"text": "a"}', "Line 2 is a text, unlike those before it"),
    ],
)
def test_invalid_texts_are_rejected_with_their_place(content_type: str, body: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        parse_documents(content_type, body, WORDS)
