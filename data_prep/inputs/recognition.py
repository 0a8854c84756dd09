"""The form of a file of counts, from its beginning and then its name."""

import os
import re
from itertools import islice
from pathlib import Path

from data_prep.inputs import FORMATS
from data_prep.inputs.byte_stream import open_decompressed

_BY_SUFFIX = {
    ".npy": "npy",
    ".npz": "npz",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".mtx": "mtx",
    ".mm": "mtx",
    ".ldac": "ldac",
    ".lda-c": "ldac",
    ".svmlight": "svmlight",
    ".svm": "svmlight",
    ".libsvm": "svmlight",
    ".low": "words",
    ".mallet": "mallet",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".pbr": "recordio",
    ".rec": "recordio",
    ".pkl": "pickle",
    ".pickle": "pickle",
}
FORMS = tuple(sorted({*_BY_SUFFIX.values(), "docword"}))
_BY_MAGIC = {
    b"\x93NUMPY": "npy",
    b"PK\x03\x04": "npz",
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"%%MatrixMarket": "mtx",
    b"\x0a\x23\xd7\xce": "recordio",
    b"\x80\x04\x95": "pickle",
    b"\x80\x05\x95": "pickle",
}
_COMPRESSED = (".gz", ".zst", ".zstd")
_HEAD = 2**16
_PAIRS = re.compile(rb"[0-9]+(?: +[0-9]+:[0-9.eE+-]+)*\s*")
_LABELLED = re.compile(rb"[-+0-9.eE,]+(?: +(?:qid:)?[0-9]+:[0-9.eE+-]+)*\s*(?:#.*)?")


def recognise(path: Path) -> str:
    """Return the form of a file.

    Raises
    ------
    ValueError
        It isn't any that is read.
    """
    with open_decompressed(path) as file:
        head = file.peek(_HEAD)[:_HEAD]
    for magic, form in _BY_MAGIC.items():
        if head.startswith(magic):
            return form
    return _BY_SUFFIX.get(_suffix(path)) or _by_lines(head) or _unknown(path)


def _suffix(path: Path) -> str:
    """Return the suffix of a file in lower case, without that of its compression."""
    suffixes = [each.lower() for each in path.suffixes]
    while suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _by_lines(head: bytes) -> str:
    """Recognise lists of pairs and UCI's bag of words by their first lines."""
    lines = [line.rstrip(b"\r") for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n")[:-1]]
    first = list(islice((line for line in lines if line.strip()), 50))
    if len(first) > 3 and all(line.strip().isdigit() for line in first[:3]) and first[3].count(b" ") == 2:  # noqa: PLR2004
        return "docword"
    if first and all(_PAIRS.fullmatch(line) for line in first):
        announced = all(int(line.split()[0]) == line.count(b":") for line in first)
        return "ldac" if announced else "svmlight"
    if first and all(_LABELLED.fullmatch(line) for line in first) and any(b":" in line for line in first):
        return "svmlight"
    return ""


def _unknown(path: Path) -> str:
    raise ValueError(f"{os.fspath(path)}: counts are read from {FORMATS}.")
