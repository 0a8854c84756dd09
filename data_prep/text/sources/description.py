"""What a source is, in one line for people."""

from dataclasses import dataclass

from data_prep.text.sources.options import CSV, JSON_LINES, LINES, PARQUET, TEXT_FILES, TSV

FORMAT_NAMES = {
    TEXT_FILES: "text files",
    LINES: "text",
    CSV: "CSV",
    TSV: "TSV",
    JSON_LINES: "JSON lines",
    PARQUET: "Parquet",
}


@dataclass(frozen=True, kw_only=True)
class SourceDescription:
    """What a source is; `str()` of it is one line for people.

    Attributes
    ----------
    name : str
        As it was given.
    format : str
        One of `FORMATS`.
    files : int
        The number of files.
    columns : dict of str to str
        text, id, label, date -> name of the column, or its number from 1 where there is no header.
    guessed : bool
        Whether the text column was chosen by its content.
    compression, encoding, detail : str
        "" for none; as declared, or by the first file's byte order mark; the rest, for people.
    documents : int
        The number of documents read so far.
    complete : bool
        Whether all have been read.
    """

    name: str
    format: str
    files: int
    columns: dict[str, str]
    guessed: bool
    compression: str
    encoding: str
    detail: str
    documents: int = 0
    complete: bool = False

    def __str__(self) -> str:
        files = [f"{self.files:,} files"] if self.files > 1 else []
        unit = "rows" if self.columns else "documents"
        unit = unit.removesuffix("s") if self.documents == 1 else unit
        rows = [f"{self.documents:,} {unit}"] if self.complete else []
        noun = "field" if self.format == JSON_LINES else "column"
        chosen = [
            f"{role} in {noun} {column if column.isdigit() else repr(column)}"
            for role, column in self.columns.items()
        ]
        encoding = (
            [] if self.encoding.lower() in {"utf-8", "utf8"} or self.format == PARQUET else [self.encoding]
        )
        details = [self.compression, *encoding, self.detail]
        parts = [FORMAT_NAMES[self.format], *filter(None, details), *files, *rows, *chosen]
        return f"{self.name}: {', '.join(parts)}"
