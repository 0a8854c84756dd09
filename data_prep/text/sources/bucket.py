"""The objects of a bucket that a source names, read as streams."""

import fnmatch
import glob
from typing import TYPE_CHECKING

from data_prep.aws_session import s3_client, s3_errors
from data_prep.inputs.corpus import S3
from data_prep.text.errors import SourceError
from data_prep.text.sources.parts import Part, is_hidden

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def list_objects(uri: str, s3: "S3Client | None" = None) -> tuple[list[Part], bool]:
    """List the objects of `s3://bucket/key`, of a prefix, or of a pattern; and say if it names several.

    As in Amazon Comprehend, a prefix need not end with `/`: all objects whose keys begin with it count.

    Raises
    ------
    SourceError
        If the address has no bucket.
    OSError
        If the bucket can't be listed.
    ModuleNotFoundError
        If boto3 isn't installed.
    """
    bucket, _, key = uri.removeprefix(S3).partition("/")
    if not bucket:
        raise SourceError(f"{uri}: the bucket is missing. Write s3://<bucket>/<prefix>.")
    if s3 is None:
        s3 = s3_client()
    fixed = glob.escape(key) == key
    prefix = key if fixed else key[: min(key.find(mark) % (len(key) + 1) for mark in "*?[")]
    keys = _keys(s3, bucket, prefix)
    if key in keys:
        return [_part(s3, bucket, key, _folder(key))], False
    return [
        _part(s3, bucket, found, _folder(prefix))
        for found in keys
        if (fixed or fnmatch.fnmatchcase(found, key)) and not is_hidden(found.removeprefix(_folder(prefix)))
    ], True


def _folder(key: str) -> str:
    return key[: key.rfind("/") + 1]


def _keys(s3: "S3Client", bucket: str, prefix: str) -> list[str]:
    with s3_errors(f"{S3}{bucket}/{prefix}"):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        # The console writes an object that ends with / for "Create folder".
        return [
            item["Key"]
            for page in pages
            for item in page.get("Contents", [])
            if not item["Key"].endswith("/")
        ]


def _part(s3: "S3Client", bucket: str, key: str, folder: str) -> Part:
    name = f"{S3}{bucket}/{key}"
    return Part(name, key.removeprefix(folder), lambda: _Object(s3, bucket, key))


class _Object:
    """An object that is read as a stream, with its address in the messages of errors."""

    def __init__(self, s3: "S3Client", bucket: str, key: str) -> None:
        self._name = f"{S3}{bucket}/{key}"
        with s3_errors(self._name):
            self._body = s3.get_object(Bucket=bucket, Key=key)["Body"]

    def read(self, size: int) -> bytes:
        with s3_errors(self._name):
            content: bytes = self._body.read(size)
            return content

    def close(self) -> None:
        self._body.close()
