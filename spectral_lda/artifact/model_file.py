"""The model file of SageMaker LDA: model.tar.gz with the file model_algo-1, or that file alone.

Format: an MXNet NDArray list of two unnamed float32 arrays, alpha (K,) and beta (K, V). The same model gives
the same bytes: the archive contains no time, user or host name. An archive may contain further files, such as
the vocabulary, which are ignored.
"""

import gzip
import io
import os
import tarfile
import tempfile
import zlib
from itertools import islice
from pathlib import Path

import numpy as np

from spectral_lda.artifact import ndarray_list
from spectral_lda.counts import FloatArray

FilePath = str | os.PathLike[str]
MEMBER = "model_algo-1"
ARCHIVE = "model.tar.gz"
ARCHIVE_SUFFIX = ".tar.gz"
# 1 GiB is enough for 250 topics over a million words; a file that unpacks to more is rejected.
MAX_BYTES = 2**30
# An upper bound for the size of the archive's and the arrays' headers and alpha.
HEADER_BYTES = 2**20
_MAX_MEMBERS = 1000
_GZIP_MAGIC = b"\x1f\x8b"


def write(path: FilePath, alpha: FloatArray, beta: FloatArray) -> None:
    """Write the artifact to a temporary file and rename it, so that readers see a complete file or none.

    Raises
    ------
    ValueError
        The model is larger than `read` accepts.
    """
    if 4 * beta.size > MAX_BYTES - HEADER_BYTES:
        raise ValueError(
            f"A model of {beta.shape[0]} topics over {beta.shape[1]} words is too large to be saved."
        )
    data = ndarray_list.encode([alpha.astype(np.float32), beta.astype(np.float32)])
    target = Path(path)
    if target.name.endswith(ARCHIVE_SUFFIX):
        data = _archive(data)
    write_bytes(target, data)


def write_bytes(target: Path, data: bytes) -> None:
    """Write a file under a temporary name and rename it, so that readers see a complete file or none."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp's 0600 would prevent a server that runs as another user from reading the model.
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: FilePath) -> tuple[FloatArray, FloatArray]:
    """Return alpha (K,) and beta (K, V) of a model file; its first bytes show whether it is an archive.

    A folder stands for the model_algo-1 in it, or else for its model.tar.gz.

    Raises
    ------
    ValueError
        The file is not an artifact of LDA; the message names the file and what is wrong with it.
    """
    file = Path(path)
    if file.is_dir():
        file /= MEMBER if (file / MEMBER).exists() else ARCHIVE
    try:
        return _read(file)
    except (ValueError, EOFError, tarfile.TarError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{file} is not a model of SageMaker LDA: {error}") from error


def _read(path: Path) -> tuple[FloatArray, FloatArray]:
    with path.open("rb") as file:
        packed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    with gzip.open(path) if packed else path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"it contains more than {MAX_BYTES} bytes.")
    arrays = ndarray_list.decode(_extract(data) if packed else data)
    if [array.ndim for array in arrays] != [1, 2] or arrays[0].shape[0] != arrays[1].shape[0]:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise ValueError(
            f"expected alpha (K,) and beta (K, V), found arrays of the shapes {shapes or 'none'}."
        )
    with np.errstate(invalid="ignore"):  # values that aren't finite are rejected below
        alpha, beta = (array.astype(np.float64) for array in arrays)
    if alpha.size == 0 or beta.size == 0:
        raise ValueError("it contains no topics.")
    if not (np.isfinite(beta).all() and (beta >= 0).all() and np.isfinite(alpha).all() and (alpha > 0).all()):
        raise ValueError("alpha must be positive, beta must not be negative, and both must be finite.")
    return alpha, beta


def _archive(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        member = tarfile.TarInfo(MEMBER)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _extract(data: bytes) -> bytes:
    """Return the bytes of model_algo-1 in a tar archive, without extracting anything to disk."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        members = list(islice(archive, _MAX_MEMBERS + 1))
        if len(members) > _MAX_MEMBERS:
            raise ValueError(f"the archive contains more than {_MAX_MEMBERS} files.")
        found = [member for member in members if member.name.removeprefix("./") == MEMBER]
        if len(found) != 1 or not found[0].isreg():
            names = ", ".join(member.name.removeprefix("./") for member in members[:5])
            raise ValueError(f"expected one file {MEMBER} in the archive, found {names or 'none'}.")
        file = archive.extractfile(found[0])
        return file.read() if file else b""
