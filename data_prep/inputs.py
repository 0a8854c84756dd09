"""Counts from the files that people have: numpy, scipy, CSV and records."""

import csv
import os
import warnings
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
from scipy import sparse

from data_prep import recordio

FORMATS = ".npy, .npz (numpy or scipy), .csv, .pbr"
_BEGINNINGS = (b"\x93NUMPY", b"PK")  # of numpy's .npy and of a zip archive, which an .npz is


def load(path: str | os.PathLike[str]) -> Any:
    """Read a matrix of counts.

    Parameters
    ----------
    path : path
        By its ending: `.npy`; `.npz` with one array or one called `documents`, or of scipy.sparse.save_npz;
        `.csv` without a header, one document a line; `.pbr` or `.pbr.gz`, RecordIO-protobuf.

    Returns
    -------
    array or csr array (D, V)
        The numbers as they are, not yet checked to be counts.

    Raises
    ------
    ValueError
        Says where the file can't be read, or that its format is unknown.
    OSError
        If it can't be opened.
    """
    file = Path(path)
    ending = "".join(file.suffixes[-2:]) if file.suffix == ".gz" else file.suffix
    match ending:
        case ".npy" | ".npz":
            return _load_numpy(file)
        case ".csv":
            return _load_csv(file)
        case ".pbr" | ".pbr.gz":
            return recordio.read(file)
    raise ValueError(f"{file}: counts are read from {FORMATS}.")


def load_vocabulary(path: str | os.PathLike[str]) -> list[str]:
    """Read the words of a vocabulary, one a line, in UTF-8."""
    return Path(path).read_text("utf-8-sig").splitlines()


def _load_numpy(file: Path) -> Any:
    try:
        with file.open("rb") as source:
            _check_beginning(source)
            content = np.load(source, allow_pickle=False)
            if isinstance(content, np.ndarray):
                return content
            if "format" in content.files:
                return sparse.load_npz(file)
            return content[_array_name(content.files)]
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{file} can't be read as numpy's or scipy's file: {error}") from error


def _check_beginning(source: BinaryIO) -> None:
    """Refuse what isn't numpy's: numpy takes it for a pickle, and says how to load that unsafely."""
    beginning = source.read(len(_BEGINNINGS[0]))
    if not beginning.startswith(_BEGINNINGS):
        raise ValueError("it doesn't begin as such a file does.")
    source.seek(0)


def _array_name(names: list[str]) -> str:
    if len(names) == 1 or "documents" in names:
        return names[0] if len(names) == 1 else "documents"
    raise ValueError(
        f'it holds {", ".join(names) or "nothing"}; one array is needed, or one named "documents".'
    )


def _load_csv(file: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # loadtxt warns of an empty file
            return np.loadtxt(file, delimiter=",", ndmin=2, comments=None, encoding="utf-8-sig")
    except (ValueError, UserWarning):
        pass  # loadtxt numbers rows otherwise and names no column
    try:
        _explain_csv(file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{file} is not a CSV file in UTF-8: {error}.") from error


def _explain_csv(file: Path) -> NoReturn:
    """Find the number that loadtxt stumbled over. Rows and columns are counted from 0, lines from 1."""
    width = 0
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        for row, fields in enumerate(fields for fields in rows if fields):
            width = width or len(fields)
            here = f"{file}, line {rows.line_num}: row {row}"
            if len(fields) != width:
                raise ValueError(f"{here}: {len(fields)} numbers, but the rows above have {width}.")
            for column, field in enumerate(fields):
                _check_number(field, f"{here}, column {column}")
    raise ValueError(f"{file} holds no documents." if not width else f"{file} is not a CSV file of numbers.")


def _check_number(field: str, here: str) -> None:
    try:
        float(field)
    except ValueError as error:
        raise ValueError(f"{here}: {field!r} is not a number. CSV files of counts have no header.") from error
