"""How a source is to be read, where its content doesn't say it."""

import codecs
from dataclasses import dataclass

from data_prep.text.errors import SourceError

TEXT_FILES, LINES, CSV, TSV, JSON_LINES, PARQUET = "txt-folder", "lines", "csv", "tsv", "jsonl", "parquet"
FORMATS = (TEXT_FILES, LINES, CSV, TSV, JSON_LINES, PARQUET)


@dataclass(frozen=True, kw_only=True)
class SourceOptions:
    """The options of a source.

    Parameters
    ----------
    column : str, optional
        The column, or the JSON field, of the text: its name, or its number from 1. By default the one column
        of long texts.
    id_column, label_column, date_column : str, optional
        Columns that are kept with each document. Without `id_column`, documents are numbered.
    format : str, optional
        One of `FORMATS`; by default recognised by the content.
    encoding : str
        The encoding of text that doesn't begin with a byte order mark, by a name that Python knows.
    lines : bool
        In plain text, each line is a document. By default that is so for one file, and each file of a folder,
        a pattern or a prefix is one document.
    header : bool, optional
        Whether the first row of CSV or TSV has the names of the columns; by default recognised.
    frame_bytes : int
        About how many bytes of the source a frame comes from. The documents don't depend on it.

    Raises
    ------
    SourceError
        If the format, the encoding or the size isn't one.
    """

    column: str | None = None
    id_column: str | None = None
    label_column: str | None = None
    date_column: str | None = None
    format: str | None = None
    encoding: str = "utf-8"
    lines: bool = False
    header: bool | None = None
    frame_bytes: int = 16 << 20

    def __post_init__(self) -> None:
        if self.format not in {None, *FORMATS}:
            raise SourceError(f"The format {self.format!r} is unknown. Choose one of {', '.join(FORMATS)}.")
        if self.lines and self.format not in {None, LINES}:
            raise SourceError(f"One document per line is plain text, not the format {self.format}.")
        if self.frame_bytes < 1:
            raise SourceError(f"A frame can't come from {self.frame_bytes} bytes.")
        if not _is_encoding(self.encoding):
            raise SourceError(
                f"The encoding {self.encoding!r} is unknown. Examples: utf-8, latin-1, cp1252, shift_jis."
            )


def _is_encoding(name: str) -> bool:
    """Whether it is an encoding of text; Python also knows some of bytes, such as base64."""
    try:
        b"a".decode(name)
        codecs.getincrementaldecoder(name)
    except UnicodeDecodeError:
        return True
    except (LookupError, ValueError):
        return False
    return True
