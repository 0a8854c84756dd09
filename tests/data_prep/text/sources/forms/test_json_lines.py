import json
from pathlib import Path
from typing import Any

import pytest

from data_prep.text.errors import SourceError

SIZES = pytest.mark.parametrize("frame_bytes", [1, 9, 1 << 20])


@SIZES
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            '{"text": "a"}\n\n{"text": "b"\n',
            r"line 3, character 13: this isn't JSON \(Expecting ',' delimiter\)",
        ),
        ('{"text": "a"}\n["b"]\n', r"line 2: \[\"b\"\] isn't a JSON object"),
        ('{"text": "a"}\n{"text": ["b"]}\n', "line 2: the field 'text' is .*but a text is needed"),
        ('{"text": "a"} {"text": "b"}\n', "line 1, character 15: this isn't JSON"),
        ('[{"text": "a"},\n{"text": "b"},\n', "line 3: the list doesn't end with ]"),
        ('[{"text": "a"},\n{"text": "b}]', "line 2, character .*this isn't JSON"),
        ('[{"text": "a"},\n5]', r"line 2: 5 isn't a JSON object"),
    ],
)
def test_what_is_not_json_is_an_error_with_its_line(
    content: str, problem: str, frame_bytes: int, read: Any
) -> None:
    Path("a.jsonl").write_text(content)
    with pytest.raises(SourceError, match=rf"^a\.jsonl, {problem}"):
        read("a.jsonl", column="text", frame_bytes=frame_bytes)


@SIZES
def test_values_become_text(frame_bytes: int, read: Any) -> None:
    lines = [
        '{"text": 5}',
        '{"text": null}',
        "{}",
        '{"text": true}',
        '{"text": "\\u00fc \\ud83d\\ude00 \\ud83d"}',
    ]
    Path("a.jsonl").write_text("\n".join(lines))
    texts = ["5", "", "", "true", "ü 😀 \N{REPLACEMENT CHARACTER}"]
    assert [row[1] for row in read("a.jsonl", column="text", frame_bytes=frame_bytes)] == texts


@SIZES
@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_objects_is_read_as_lines_are(frame_bytes: int, indent: int | None, read: Any) -> None:
    documents = [{"n": number, "text": f"text [{number}], {{and}} more\n"} for number in range(300)]
    Path("a.json").write_text(f"\n {json.dumps(documents, indent=indent)}\n\n")
    expected = [(str(item["n"]), str(item["text"]), None, None) for item in documents]
    assert read("a.json", id_column="n", frame_bytes=frame_bytes) == expected


def test_a_field_that_only_later_objects_have_is_read(read: Any) -> None:
    lines = [{"text": "a"}] * 10 + [{"text": "b", "tag": "x"}]
    Path("a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert read("a.jsonl", column="text", label_column="tag")[-1] == ("10", "b", "x", None)


def test_a_missing_field_is_an_error_that_lists_the_fields(read: Any) -> None:
    Path("a.jsonl").write_text('{"id": 7, "body": "words"}\n')
    with pytest.raises(
        SourceError, match=r"no field 'text'\. Its fields are 1 'id' \(7\), 2 'body' \(words\)"
    ):
        read("a.jsonl", column="text")


def test_deep_nesting_is_an_error(read: Any) -> None:
    Path("a.jsonl").write_text('{"text": "a"}\n{"text": ' + "[" * 100_000 + "\n")
    with pytest.raises(SourceError, match=r"a\.jsonl, line 2: this isn't JSON"):
        read("a.jsonl", column="text")
