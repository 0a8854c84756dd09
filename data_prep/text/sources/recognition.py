"""The form of a file, by its content; its suffix counts where the content leaves a choice."""

import json
import re
from pathlib import PurePosixPath

from data_prep.inputs.byte_stream import HEAD_BYTES, ByteStream
from data_prep.text.errors import SourceError
from data_prep.text.sources.encodings import head_text
from data_prep.text.sources.forms.csv_head import table_separator
from data_prep.text.sources.options import CSV, JSON_LINES, LINES, PARQUET, TEXT_FILES, TSV, SourceOptions

_COMPRESSED = (".gz", ".gzip", ".zst", ".zstd")
_CSV_SUFFIXES, _TSV_SUFFIXES = (".csv",), (".tsv", ".tab")
_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
_PARQUET_SUFFIXES = (".parquet", ".pq")
_PARQUET_MAGIC = b"PAR1"
_CONVERT = "Convert it to text first"
_EXTRACT = "Extract its files first"
_SAVE = "Save the texts as CSV, JSON lines or Parquet"
_ENCODE = "Counts, instead of text, are read by `python -m data_prep encode`"
# The first bytes of what isn't text -> what it is, and what to do.
_BINARY = {
    b"%PDF": ("a PDF document", f"{_CONVERT}, for example with pdftotext"),
    b"{\\rtf": ("a rich text document", _CONVERT),
    b"\xd0\xcf\x11\xe0": ("a document of Microsoft Office before 2007", _CONVERT),
    b"BZh": ("compressed with bzip2", "Compress it with gzip or zstd, or not at all"),
    b"\xfd7zXZ": ("compressed with xz", "Compress it with gzip or zstd, or not at all"),
    b"7z\xbc\xaf": ("a 7z archive", _EXTRACT),
    b"Rar!": ("a RAR archive", _EXTRACT),
    b"\x89PNG": ("an image", _CONVERT),
    b"\xff\xd8\xff": ("an image", _CONVERT),
    b"\x93NUMPY": ("an array of numpy", _ENCODE),
    b"SQLite format 3": ("an SQLite database", _SAVE),
    b"ARROW1": ("an Arrow file", _SAVE),
    b"Obj\x01": ("an Avro file", _SAVE),
    b"ORC": ("an ORC file", _SAVE),
    b"\x80\x04\x95": ("a pickle, which is never loaded because it can run any program", _SAVE),
    b"\x80\x05\x95": ("a pickle, which is never loaded because it can run any program", _SAVE),
    b"\xce\xfa\xed\xfe": ("a program", _SAVE),
    b"\x7fELF": ("a program", _SAVE),
}
_ZIP = b"PK\x03\x04"
_ZIP_MEMBERS = {
    b"word/": ("a Word document (docx)", _CONVERT),
    b"xl/": ("an Excel workbook (xlsx)", "Save the sheet as CSV UTF-8"),
    b"ppt/": ("a PowerPoint presentation (pptx)", _CONVERT),
    b"opendocument": ("an OpenDocument file", _CONVERT),
    b"epub": ("an EPUB book", _CONVERT),
    b".npy": ("arrays of numpy", _ENCODE),
}
_SUFFIX_MEMBERS = {".docx": b"word/", ".xlsx": b"xl/", ".pptx": b"ppt/", ".epub": b"epub", ".npz": b".npy"}
_TAR_AT, _TAR = 257, b"ustar"


def suffix_of(name: str) -> str:
    """Return the suffix in lower case, without that of the compression."""
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.suffix in _COMPRESSED else path.suffix


def recognise(stream: ByteStream, name: str, options: SourceOptions, *, several: bool) -> str:
    """Return the format of a file, which is the given one if there is one.

    Parameters
    ----------
    stream : ByteStream
        At the beginning of the file.
    name : str
        The file's name, for its suffix.
    options : SourceOptions
        Of the source.
    several : bool
        Whether the source names several files: then plain text is one document per file.

    Raises
    ------
    SourceError
        If it isn't text, or not of the given format.
    """
    wanted = LINES if options.lines else options.format
    if stream.peek().startswith(_PARQUET_MAGIC):
        found = PARQUET
    else:
        refuse_binary(stream, name)
        found = _text_format(head_text(stream, options.encoding), stream, suffix_of(name), several=several)
    if wanted not in {None, found} and PARQUET in {wanted, found}:
        is_not = "is" if found == PARQUET else "is not"
        raise SourceError(f"{stream.name} {is_not} Parquet. Leave the format out: the content says it.")
    if not wanted and found != PARQUET and stream.peek(1) and suffix_of(name) in _PARQUET_SUFFIXES:
        raise SourceError(f"{stream.name} is not Parquet, or is incomplete: it doesn't begin with PAR1.")
    return wanted or found


def refuse_binary(stream: ByteStream, name: str) -> None:
    """Raise SourceError if a file isn't text, with what it is."""
    head = stream.peek()
    kind = next((kind for magic, kind in _BINARY.items() if head.startswith(magic)), None)
    if head[_TAR_AT:].startswith(_TAR):
        kind = ("a tar archive", _EXTRACT)
    if head.startswith(_ZIP):
        kind = ("a zip archive", _EXTRACT)
        for member, described in _ZIP_MEMBERS.items():
            if member in head or _SUFFIX_MEMBERS.get(suffix_of(name)) == member:
                kind = described
                break
    if kind:
        raise SourceError(f"{stream.name} isn't text: it is {kind[0]}. {kind[1]}.")


def _text_format(head: str, stream: ByteStream, suffix: str, *, several: bool) -> str:
    if suffix in _JSON_SUFFIXES or _is_json(head):
        return JSON_LINES
    if suffix in _CSV_SUFFIXES:
        return CSV
    if suffix in _TSV_SUFFIXES:
        return TSV
    if several:
        return TEXT_FILES
    separator = table_separator(head, complete=len(stream.peek()) < HEAD_BYTES)
    return {"": LINES, "\t": TSV}.get(separator, CSV)


def _is_json(head: str) -> bool:
    """Whether it begins with a JSON object in one line, or with a list of objects."""
    start = head.lstrip()
    if start.startswith("["):
        return start[1:].lstrip().startswith("{")
    first, complete, _ = start.partition("\n")
    if not first.startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return not complete and re.match(r'\{\s*"', first) is not None
