"""A matrix of counts loaded from a file of any supported form."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from data_prep import recordio
from data_prep.inputs import corpus
from data_prep.inputs.counts import Counts, LoadOptions
from data_prep.inputs.json_lines import load_json_lines
from data_prep.inputs.numpy_files import load_frame, load_matrix_market, load_numpy, refuse_pickle
from data_prep.inputs.recognition import recognise
from data_prep.inputs.sparse_lines import load_docword, load_ldac, load_mallet, load_svmlight, load_words
from data_prep.inputs.tables import load_csv


def load(path: str | os.PathLike[str], options: LoadOptions | None = None) -> Counts:
    """Read counts.

    Parameters
    ----------
    path
        A file, whose form is recognised from its content and then its suffix: numpy's and scipy's files, CSV,
        JSON lines, Matrix Market, LDA-C, svmlight, UCI's bag of words, MALLET's lines, Parquet, and
        RecordIO-protobuf; text forms also compressed by gzip or zstd. A folder or `s3://bucket/prefix` holds
        shards of RecordIO-protobuf.
    options
        What isn't to be recognised.

    Returns
    -------
    Counts
        The matrix and what the file says about words and documents. A `.npy` file is memory-mapped.

    Raises
    ------
    ValueError
        Names the position that can't be read, or the unknown form.
    OSError
        If it can't be opened.
    """
    options = options or LoadOptions()
    file = Path(path)
    if os.fspath(path).startswith(corpus.S3) or file.is_dir():
        counts = Counts(corpus.read(path), "RecordIO-protobuf")
    else:
        counts = _READERS[options.form or recognise(file)](file, options)
    documents, words = counts.matrix.shape if counts.matrix.ndim == 2 else (0, 0)  # noqa: PLR2004 -- a matrix
    described = f"{os.fspath(path)}: {counts.description}; {documents:,} documents over {words:,} words"
    return replace(counts, description=described)


def _load_recordio(path: Path, _options: LoadOptions) -> Counts:
    return Counts(recordio.read(path), "RecordIO-protobuf")


_READERS: dict[str, Callable[[Path, LoadOptions], Counts]] = {
    "npy": load_numpy,
    "npz": load_numpy,
    "csv": load_csv,
    "jsonl": load_json_lines,
    "mtx": load_matrix_market,
    "ldac": load_ldac,
    "svmlight": load_svmlight,
    "docword": load_docword,
    "words": load_words,
    "mallet": load_mallet,
    "parquet": load_frame,
    "arrow": load_frame,
    "pickle": refuse_pickle,
    "recordio": _load_recordio,
}
