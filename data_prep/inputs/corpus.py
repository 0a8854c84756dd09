"""The shards of a corpus, in a folder or in S3, read as one."""

import gzip
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from data_prep import recordio
from data_prep.aws_session import s3_client, s3_errors
from data_prep.recordio.framing import GZIP
from data_prep.recordio.reader import assemble

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

S3 = "s3://"


def read(prefix: str | os.PathLike[str], *, s3: "S3Client | None" = None) -> Any:
    """Read all documents under a prefix, as SageMaker does: every file, in the order of the names.

    Parameters
    ----------
    prefix : path or str
        A folder, the beginning of files' names, or `s3://bucket/prefix`.
    s3 : boto3 client, optional
        Of S3; by default one with the credentials of the environment.

    Returns
    -------
    array or csr array (D, V)
        As from `recordio.read`.

    Raises
    ------
    ValueError
        If there are no files, one isn't RecordIO-protobuf, or they are over different words.
    OSError
        If a file can't be read, or S3 refuses.
    """
    return assemble(iter_chunks(prefix, s3=s3), lambda: 0.5)


def iter_chunks(prefix: str | os.PathLike[str], *, s3: "S3Client | None" = None) -> Iterator[Any]:
    """Read the documents under a prefix chunk by chunk, in the memory of a few MiB.

    Parameters
    ----------
    prefix, s3
        As for `read`.

    Yields
    ------
    array or csr array (n, V)
        The next documents.

    Raises
    ------
    ValueError, OSError
        As for `read`.
    """
    width = None
    for name, file in _files(prefix, s3):
        for chunk in recordio.iter_chunks(file):
            width = chunk.shape[1] if width is None else width
            if chunk.shape[1] != width:
                raise ValueError(f"{name} is over {chunk.shape[1]} words, the files before it over {width}.")
            yield chunk
    if width is None:
        raise ValueError(f"There are no documents under {prefix}.")


def _files(prefix: str | os.PathLike[str], s3: "S3Client | None") -> Iterator[tuple[str, Path | BinaryIO]]:
    if str(prefix).startswith(S3):
        yield from _objects(str(prefix), s3)
        return
    start = Path(prefix)
    paths = start.iterdir() if start.is_dir() else start.parent.glob(f"{start.name}*")
    for path in sorted(paths):
        if path.is_file() and not path.name.startswith("."):
            yield str(path), path


def _objects(prefix: str, s3: "S3Client | None") -> Iterator[tuple[str, BinaryIO]]:
    client = s3 or s3_client()
    bucket, _, start = prefix.removeprefix(S3).partition("/")
    with s3_errors(prefix):
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start)
        keys = [item["Key"] for page in pages for item in page.get("Contents", []) if item["Size"]]
        for key in sorted(keys):
            name = f"{S3}{bucket}/{key}"
            yield name, _unpacked(_Body(client.get_object(Bucket=bucket, Key=key)["Body"], name))


class _Body(io.RawIOBase):
    """The content of an object in S3, with its URI as the name."""

    def __init__(self, body: Any, name: str) -> None:
        self._body = body
        self.name = name

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        with s3_errors(self.name):
            content = self._body.read(len(target))
        target[: len(content)] = content
        return len(content)


def _unpacked(body: _Body) -> BinaryIO:
    content = io.BufferedReader(body)
    packed = content.peek(len(GZIP)).startswith(GZIP)
    return gzip.GzipFile(fileobj=content) if packed else content  # type: ignore[return-value]  # it reads bytes
