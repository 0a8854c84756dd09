"""A matrix of counts loaded from a file of any supported format."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from scipy import io, sparse

from data_prep import recordio
from data_prep.inputs import FORMATS, corpus
from data_prep.inputs.text_formats import check_gaps, load_csv, load_json_lines, load_ldac

_MAX_GZIP_RATIO = 1032
_MAGIC = (b"\x93NUMPY", b"PK")  # of numpy's .npy and of a zip archive, which an .npz is


def load(path: str | os.PathLike[str]) -> Any:
    """Read a matrix of counts.

    Parameters
    ----------
    path : path
        By its suffix: `.npy`; `.npz` with one array or one called `documents`, or of scipy.sparse.save_npz;
        `.csv`, one document a line without a header, or triples under the header `doc,word,count`; `.jsonl`,
        SageMaker's JSON lines; `.mtx` or `.mtx.gz`, Matrix Market; `.ldac`, LDA-C; `.pbr` or `.pbr.gz`,
        RecordIO-protobuf. A folder or `s3://bucket/prefix` holds shards of RecordIO-protobuf.

    Returns
    -------
    array or csr array (D, V)
        The numbers as they are, not yet checked to be counts. That of a `.npy` file is memory-mapped.

    Raises
    ------
    ValueError
        Names the position that can't be read, or the unknown format.
    OSError
        If it can't be opened.
    """
    file = Path(path)
    if str(path).startswith(corpus.S3) or file.is_dir():
        return corpus.read(path)
    suffix = "".join(file.suffixes[-2:]) if file.suffix == ".gz" else file.suffix
    if suffix not in _READERS:
        raise ValueError(f"{file}: counts are read from {FORMATS}.")
    return _READERS[suffix](file)


def _load_numpy(file: Path) -> Any:
    try:
        with file.open("rb") as source:
            _check_magic(source)
        if file.suffix == ".npy":
            return np.lib.format.open_memmap(file, mode="r")
        with file.open("rb") as source, np.load(source, allow_pickle=False) as content:
            if "format" in content.files:
                return sparse.load_npz(file)
            return content[_array_name(content.files)]
    except (ValueError, EOFError, AttributeError, MemoryError, zipfile.BadZipFile) as error:
        raise ValueError(f"{file} can't be read as numpy's or scipy's file: {error}") from error


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


def _load_matrix_market(file: Path) -> Any:
    try:
        documents, _, entries, layout, *_ = io.mminfo(file)
        _check_entries(file, entries)
        matrix = io.mmread(file, spmatrix=False)
    except (ValueError, OverflowError, MemoryError, EOFError) as error:
        raise ValueError(f"{file} can't be read as Matrix Market: {error}.") from error
    if layout == "coordinate":
        check_gaps(file, documents, entries)
    return matrix


def _check_entries(file: Path, entries: int) -> None:
    size = file.stat().st_size * (_MAX_GZIP_RATIO if file.suffix == ".gz" else 1)
    if entries > size:
        raise ValueError(f"it announces {entries} entries, more than fit into it")


_READERS: dict[str, Callable[[Path], Any]] = {
    ".npy": _load_numpy,
    ".npz": _load_numpy,
    ".csv": load_csv,
    ".jsonl": load_json_lines,
    ".mtx": _load_matrix_market,
    ".mtx.gz": _load_matrix_market,
    ".ldac": load_ldac,
    ".pbr": recordio.read,
    ".pbr.gz": recordio.read,
}
