"""The files of a source: a file, a folder, a pattern, standard input, or objects in S3."""

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from data_prep.aws_session import s3_client
from data_prep.inputs.decompression import BUFFER, ERRORS, decompressed
from data_prep.text.errors import TextError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STDIN, S3 = "-", "s3://"
# Beginnings of files that aren't text: what they are, and what to do.
_BINARY = {
    b"%PDF": "a PDF document: save its text as .txt first",
    b"PK\x03\x04": "a zip archive, such as .docx or .xlsx: unpack it, or save it as text or CSV first",
    b"\xd0\xcf\x11\xe0": "an Office document: save it as text or CSV first",
    b"\x93NUMPY": "an array of numpy. Counts need no text preparation: python -m data_prep encode",
}
PARQUET = b"PAR1"


class Input(NamedTuple):
    """One file: its name for messages, its part of the documents' ids, and how it is opened."""

    name: str
    id: str
    open_raw: Callable[[], io.BufferedReader]


def find_inputs(source: str | os.PathLike[str], *, s3: "S3Client | None" = None) -> list[Input]:
    """Return the files of a source in the order of their names.

    Raises
    ------
    TextError
        There are none.
    FileNotFoundError
        The file doesn't exist.
    """
    text = os.fspath(source)
    if text == STDIN:
        return [Input("standard input", "stdin", lambda: io.BufferedReader(cast("Any", sys.stdin.buffer)))]
    if text.startswith(S3):
        return _objects(text, s3)
    path = Path(text)
    if path.is_dir():
        files = [file for file in path.rglob("*") if file.is_file() and not _is_hidden(file, path)]
        found = [_file(file, file.relative_to(path).as_posix()) for file in sorted(files)]
    elif path.exists() or not any(character in text for character in "*?["):
        if not path.exists():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)
        found = [_file(path, path.name)]
    else:
        files = [Path(name) for name in glob(text, recursive=True)]  # noqa: PTH207 -- absolute patterns too
        found = [_file(file, file.as_posix()) for file in sorted(files) if file.is_file()]
    if not found:
        raise TextError(f"There are no files in {text}.")
    return found


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _file(path: Path, identity: str) -> Input:
    return Input(str(path), identity, lambda: path.open("rb"))


@contextmanager
def opened(source: Input) -> Iterator[io.BufferedReader]:
    """Open a file, decompressed if it is gzip or zstd; its errors name it.

    Raises
    ------
    TextError
        It is no text, or can't be decompressed.
    """
    raw = source.open_raw()
    try:
        yield decompressed(raw)
    except ERRORS as error:
        raise TextError(
            f"{source.name} can't be decompressed to its end: {error}. Is it complete?"
        ) from error
    finally:
        raw.close()


def head(stream: io.BufferedReader, name: str) -> bytes:
    """Return the beginning of a file without reading it.

    Raises
    ------
    TextError
        The file is of a kind that isn't text.
    """
    start = stream.peek(BUFFER)[:BUFFER]
    for magic, what in _BINARY.items():
        if start.startswith(magic):
            raise TextError(f"{name} is {what}.")
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff", PARQUET)):
        raise TextError(f"{name} isn't text: byte {start.index(0)} is a null byte.")
    return start


def _objects(uri: str, s3: "S3Client | None") -> list[Input]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- only S3 needs it

    client = s3 or s3_client()
    bucket, _, prefix = uri.removeprefix(S3).partition("/")
    try:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = sorted(item["Key"] for page in pages for item in page.get("Contents", []) if item["Size"])
    except (ClientError, BotoCoreError) as error:
        raise OSError(f"{uri} can't be listed: {error}") from error
    if not keys:
        raise TextError(f"There are no objects below {uri}.")
    folder = prefix[: prefix.rfind("/") + 1]
    return [
        Input(f"{S3}{bucket}/{key}", key.removeprefix(folder), _object_opener(client, bucket, key))
        for key in keys
    ]


def _object_opener(client: Any, bucket: str, key: str) -> Callable[[], io.BufferedReader]:
    def open_object() -> io.BufferedReader:
        return io.BufferedReader(_Body(client, bucket, key), BUFFER)

    return open_object


class _Body(io.RawIOBase):
    """The content of an object, requested when it is read."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._name = f"{S3}{bucket}/{key}"
        self._client, self._bucket, self._key = client, bucket, key
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- as above

        try:
            if self._body is None:
                self._body = self._client.get_object(Bucket=self._bucket, Key=self._key)["Body"]
            content = self._body.read(len(target))
        except (BotoCoreError, ClientError) as error:
            raise OSError(f"{self._name} can't be read to its end: {error}") from error
        target[: len(content)] = content
        return len(content)
