"""Counts of numpy and scipy, and of data frames."""

import os
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import polars as pl
from scipy import io, sparse

from data_prep.inputs.byte_stream import open_decompressed
from data_prep.inputs.counts import MAX_GAPS, Counts, LoadOptions

_MAX_RATIO = 1032  # of gzip
_MAGIC = (b"\x93NUMPY", b"PK")  # of numpy's .npy and of a zip archive, which an .npz is


def load_numpy(path: Path, _options: LoadOptions) -> Counts:
    """Read .npy, which is memory-mapped, or .npz of numpy or scipy."""
    try:
        with path.open("rb") as source:
            _check_magic(source)
        if path.suffix.lower() == ".npy":
            _refuse_objects(path)
            return Counts(np.lib.format.open_memmap(path, mode="r"), "numpy's array")
        with path.open("rb") as source, np.load(source, allow_pickle=False) as content:
            if "format" in content.files:
                return Counts(sparse.load_npz(path), "scipy's sparse matrix")
            return Counts(content[_array_name(content.files)], "numpy's array")
    except (ValueError, EOFError, AttributeError, MemoryError, zipfile.BadZipFile) as error:
        raise ValueError(f"{os.fspath(path)} can't be read as numpy's or scipy's file: {error}") from error


def _refuse_objects(path: Path) -> None:
    """Refuse a file of Python objects, such as a sparse matrix that numpy.save wrote."""
    with path.open("rb") as source:
        version = np.lib.format.read_magic(source)
        headers = (np.lib.format.read_array_header_1_0, np.lib.format.read_array_header_2_0)
        read = headers[version != (1, 0)]
        dtype = read(source)[2]
    if dtype.hasobject:
        raise ValueError(
            "it holds Python objects, whose reading could run code. Save a sparse matrix by"
            " scipy.sparse.save_npz, an array of numbers by numpy.save."
        )


def _check_magic(source: BinaryIO) -> None:
    """Refuse other files: numpy would treat them as a pickle, and suggest loading that unsafely."""
    if not source.read(len(_MAGIC[0])).startswith(_MAGIC):
        raise ValueError("it doesn't begin as such a file does.")


def _array_name(names: list[str]) -> str:
    if len(names) == 1 or "documents" in names:
        return names[0] if len(names) == 1 else "documents"
    raise ValueError(
        f'it holds {", ".join(names) or "nothing"}; one array is needed, or one named "documents".'
    )


def load_matrix_market(path: Path, _options: LoadOptions) -> Counts:
    """Read Matrix Market, as scipy and gensim (.mm) write it."""
    try:
        with open_decompressed(path) as file:
            source: Any = path if file.peek(2).startswith(b"%%") and _is_plain(path) else BytesIO(file.read())
        _check_announced(path, *io.mminfo(source)[:4])
        if isinstance(source, BytesIO):
            source.seek(0)
        matrix = io.mmread(source, spmatrix=False)
    except (ValueError, OverflowError, MemoryError, EOFError) as error:
        raise ValueError(f"{os.fspath(path)} can't be read as Matrix Market: {error}.") from error
    return Counts(matrix, "Matrix Market")


def _is_plain(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"%%"


def _check_announced(path: Path, documents: int, _words: int, entries: int, layout: str) -> None:
    if entries > path.stat().st_size * (1 if _is_plain(path) else _MAX_RATIO):
        raise ValueError(f"it announces {entries} entries, more than fit into it")
    if layout == "coordinate" and documents > MAX_GAPS * (entries + 1):
        raise ValueError(f"it announces {documents} documents but has {entries} entries")


def load_frame(path: Path, _options: LoadOptions) -> Counts:
    """Read a data frame in Parquet or Arrow IPC (Feather): a column per word, one of strings for the ids."""
    reader: Any = pl.read_parquet if path.suffix.lower() == ".parquet" else pl.read_ipc
    try:
        frame: pl.DataFrame = reader(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ValueError(f"{os.fspath(path)} can't be read: {' '.join(str(error).split())}") from error
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    numbers = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    others = [name for name in frame.columns if name not in {*texts, *numbers}]
    if others or len(texts) > 1 or not numbers:
        named = ", ".join((others or texts[1:] or frame.columns)[:5])
        raise ValueError(
            f"{os.fspath(path)}: a data frame of counts has a column of numbers for each word and at most"
            f" one of ids; {named or 'it has no columns'} doesn't fit."
        )
    ids = tuple(frame[texts[0]].to_list()) if texts else None
    matrix = frame.select(numbers).to_numpy()
    return Counts(matrix, f"a data frame, {len(numbers)} words from its columns", tuple(numbers), ids)


def refuse_pickle(path: Path, _options: LoadOptions) -> Counts:
    """Refuse a pickle, whose reading runs code."""
    raise ValueError(
        f"{os.fspath(path)} is a pickle, and reading it could run code. Save a data frame by to_parquet or"
        " to_csv, a sparse matrix by scipy.sparse.save_npz."
    )
