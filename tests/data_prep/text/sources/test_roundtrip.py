"""Whatever texts are written in a form are read back equal, in frames of any size."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

LANGUAGES = [
    "The council approved the new budget",
    "Die Straßenbahn fährt über die Brücke",
    "Le préfet a signé l'arrêté hier",
    "El niño comió una manzana",
    "Правительство приняло новый закон",
    "η κυβέρνηση ενέκρινε τον νόμο",
    "הממשלה אישרה את החוק החדש",
    "وافقت الحكومة على القانون الجديد",
    "政府批准了新的法律",
    "政府は新しい法律を承認した",
    "सरकार ने नया कानून पारित किया",
    "รัฐบาลอนุมัติกฎหมายใหม่",
]
WRITERS: dict[str, Callable[[pl.DataFrame, Path], Any]] = {
    "csv": lambda table, path: table.write_csv(path),
    "quoted.csv": lambda table, path: table.write_csv(path, quote_style="always", line_terminator="\r\n"),
    "semicolon.csv": lambda table, path: table.write_csv(path, separator=";"),
    "tsv": lambda table, path: table.write_csv(path, separator="\t"),
    "jsonl": lambda table, path: table.write_ndjson(path),
    "json": lambda table, path: table.write_json(path),
    "parquet": lambda table, path: table.write_parquet(path, row_group_size=3),
}
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
}
# Text files have no NUL.
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40
) | st.sampled_from(LANGUAGES)
delicate = st.text(st.sampled_from('a"\n\r,;\t|\\ \u2028\x0c\x85'), max_size=12)
tables = st.lists(st.tuples(texts | delicate, delicate | st.none()), min_size=1, max_size=12)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=40)
@given(rows=tables, frame_bytes=st.integers(1, 60) | st.just(1 << 20))
def test_a_table_is_read_as_it_was_written(
    form: str, compression: str, rows: list[tuple[str, str | None]], frame_bytes: int, read: Any
) -> None:
    table = pl.DataFrame(
        [(f"n{row}", text, label) for row, (text, label) in enumerate(rows)],
        schema=dict.fromkeys(["number", "text", "label"], pl.String),
        orient="row",
    )
    WRITERS[form](table, plain := Path(f"table.{form}"))
    path = Path(f"{plain}{compression}")
    path.write_bytes(COMPRESSIONS[compression](plain.read_bytes()))
    columns = {"column": "text", "id_column": "number", "label_column": "label"}
    assert read(path, frame_bytes=frame_bytes, **columns) == [
        (f"n{row}", text, label or None, None) for row, (text, label) in enumerate(rows)
    ]


@settings(max_examples=60)
@given(
    lines=st.lists(
        texts.map(lambda text: text.replace("\n", " ").replace("\r", " ")), min_size=2, max_size=9
    ),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    frame_bytes=st.integers(1, 40),
)
def test_lines_are_read_as_they_were_written(lines: list[str], end: str, frame_bytes: int, read: Any) -> None:
    lines = [f"x{line}" for line in lines]
    Path("lines.txt").write_text("".join(line + end for line in lines), "utf-8", newline="")
    expected = [(f"lines.txt:{number}", line, None, None) for number, line in enumerate(lines)]
    assert read("lines.txt", frame_bytes=frame_bytes, lines=True) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("frame_bytes", [1, 7, 1 << 20])
def test_a_byte_order_mark_names_the_encoding(encoding: str, frame_bytes: int, read: Any) -> None:
    pl.DataFrame({"id": range(len(LANGUAGES)), "text": LANGUAGES}).write_csv("a.csv")
    Path("a.csv").write_text(Path("a.csv").read_text("utf-8"), encoding)
    assert [row[1] for row in read("a.csv", column="text", frame_bytes=frame_bytes)] == LANGUAGES


@pytest.mark.parametrize(
    ("encoding", "language"),
    [
        ("latin-1", 1),
        ("cp1252", 2),
        ("koi8-r", 4),
        ("cp1253", 5),
        ("gb18030", 8),
        ("shift_jis", 9),
        ("utf-16-le", 10),
    ],
)
@pytest.mark.parametrize("form", ["lines.txt", "table.csv", "lines.jsonl"])
def test_a_declared_encoding_is_read(encoding: str, language: int, form: str, read: Any) -> None:
    text = LANGUAGES[language]
    content = {
        "lines.txt": f"{text}\n{text}\n",
        "table.csv": f"id,text\n1,{text}\n2,{text}\n",
        "lines.jsonl": f'{{"text": "{text}"}}\n' * 2,
    }
    Path(form).write_text(content[form], encoding)
    assert [row[1] for row in read(form, encoding=encoding, frame_bytes=5)] == [text, text]
