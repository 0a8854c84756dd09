"""What users say about their source."""

from dataclasses import dataclass
from typing import Literal, get_args

Form = Literal["csv", "tsv", "jsonl", "parquet", "txt", "lines"]
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True, kw_only=True)
class SourceOptions:
    """How a source is read; what is None is recognised from its content.

    Parameters
    ----------
    column
        The column or field with the text: its name, or its number from 1.
    id_column, label_column, date_column
        Those of the documents' ids, labels and dates, if there are any. Without ids, a document's id is its
        number from 0, after the name of its file if there are several.
    form
        csv, tsv, jsonl, parquet; txt for one document a file, lines for one document a line.
    encoding
        The encoding of text files, as Python names it.
    header
        Whether the first line of a table names the columns.
    """

    column: str | None = None
    id_column: str | None = None
    label_column: str | None = None
    date_column: str | None = None
    form: Form | None = None
    encoding: str = "utf-8"
    header: bool | None = None

    @property
    def named(self) -> dict[str, str]:
        """The columns that are given, by what they hold."""
        columns = {
            "text": self.column,
            "id": self.id_column,
            "label": self.label_column,
            "date": self.date_column,
        }
        return {role: column for role, column in columns.items() if column is not None}
