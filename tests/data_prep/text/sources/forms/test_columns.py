from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_prep.text.errors import SourceError
from data_prep.text.sources import SourceOptions, read_documents

TITLES = ["A short title here for you", "Another title of this kind"]
BODIES = ["a long text " * 10, "another long text " * 12]
CHINESE = ["政府批准了新的法律并且公布了它", "银行公布了今年的报告和明年的计划"]


def chosen(table: dict[str, Any], **options: Any) -> dict[str, str]:
    """The columns that are chosen of a table, which are the same in every form."""
    frame = pl.DataFrame(table)
    frame.write_csv("a.csv")
    frame.write_ndjson("a.jsonl")
    frame.write_parquet("a.parquet")
    names = ["a.csv", "a.jsonl", "a.parquet"]
    found = [read_documents(name, options=SourceOptions(**options)).description.columns for name in names]
    assert found[0] == found[1] == found[2]
    return found[0]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ({"id": [1, 2], "body": BODIES}, "body"),
        ({"title": TITLES, "body": BODIES}, "body"),
        ({"url": ["https://example.com/" + "a" * 90] * 2, "words": TITLES}, "words"),
        ({"id": [1, 2], "内容": CHINESE}, "内容"),
        ({"only": ["a word", "b"]}, "only"),
        ({"id": [1, 2], "text": ["ab", "cd"]}, "text"),
        ({"summary": BODIES, "text": BODIES}, "text"),
    ],
)
def test_the_one_column_of_long_texts_is_the_text(table: dict[str, list[Any]], column: str) -> None:
    assert chosen(table) == {"text": column}


def test_columns_with_another_role_are_not_guessed() -> None:
    table = {"one": TITLES, "two": TITLES}
    assert chosen(table, label_column="one") == {"text": "two", "label": "one"}


@pytest.mark.parametrize("table", [{"a": TITLES, "b": TITLES}, {"id": [1, 2], "nr": [3, 4]}])
def test_without_a_clear_column_the_error_lists_all_with_a_sample(table: dict[str, list[Any]]) -> None:
    first, second = (f"'{name}' ({values[0]})" for name, values in table.items())
    with pytest.raises(SourceError, match="which column is the text") as error:
        chosen(table)
    assert f"Its columns are 1 {first}, 2 {second}." in str(error.value)


def test_columns_are_given_by_name_or_by_number_from_1() -> None:
    table = {"id": [1, 2], "title": TITLES, "body": BODIES}
    assert chosen(table, column="2", id_column="id") == {"text": "title", "id": "id"}
    with pytest.raises(
        SourceError, match=r"a\.csv has no column '4'\. Its columns are 1 'id' \(1\), 2 'title'"
    ):
        chosen(table, column="4")
    with pytest.raises(SourceError, match="has no column '0'"):
        chosen(table, column="0")


def test_a_name_counts_more_than_a_number() -> None:
    assert chosen({"2": TITLES, "1": BODIES}, column="2") == {"text": "2"}


def test_values_in_the_error_are_short_and_in_one_line(read: Any) -> None:
    Path("a.csv").write_text(f'one,two\n"x\ny {"z" * 500}",b\n')
    with pytest.raises(SourceError) as error:
        read("a.csv", column="three")
    assert "1 'one' (x y zzz" in str(error.value)
    assert len(str(error.value)) < 200


def test_two_columns_of_one_name_are_chosen_by_number(read: Any) -> None:
    Path("a.csv").write_text("text,text\na,b\n")
    with pytest.raises(SourceError, match="several columns 'text'"):
        read("a.csv", column="text")
    assert read("a.csv", column="2") == [("0", "b", None, None)]
