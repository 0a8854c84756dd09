"""A dataset uploaded from its local folder to the bucket.

SageMaker trains on every object under `train/`, so the shards that a larger dataset of the same name left
there are deleted. The order is: shards, then leftovers, then the manifest. An interrupted upload is visible
when the manifest is compared with the listing: a shard of the former manifest has another checksum, or is
missing.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError

from data_prep.dataset.inspection import load
from data_prep.dataset.manifest import (
    DOCUMENTS,
    MANIFEST,
    PREPARATION,
    VOCABULARY,
    Manifest,
    Shard,
    Split,
    checksum_in,
    dataset_key,
)
from data_prep.errors import UploadError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

Progress = Callable[[float, float], None]
_MEGABYTE = 10**6
_MAX_DELETED = 1000  # DeleteObjects' limit of keys in a request


def upload(
    folder: str | Path, name: str, bucket: str, *, s3: "S3Client", progress: Progress | None = None
) -> Manifest:
    """Upload `<folder>/datasets/<name>/` to the same keys in a bucket; large files are uploaded in parts.

    Objects under the dataset's `train/` and `test/` that the manifest doesn't name are deleted, as is a
    former vocabulary, preparation and documents' ids; in a versioned bucket their versions stay. The manifest
    is written last.

    Parameters
    ----------
    folder : path
        The parent of `datasets/`.
    name : str
        The dataset.
    bucket : str
        The bucket's name.
    s3 : boto3 client
        Of S3, with permission to put, head, list and delete objects there.
    progress : callable, optional
        Called with the megabytes that have been sent and all of them; from several threads.

    Returns
    -------
    Manifest
        The manifest that was uploaded: each shard with the checksum that S3 stores of it.

    Raises
    ------
    ValueError
        If the local dataset is missing, or its files aren't those that its manifest describes.
    UploadError
        If S3 refuses or can't be reached, with S3's reason.
    """
    root = Path(folder)
    manifest = load(root, name)
    try:
        sent = _Sent(progress, sum((root / key).stat().st_size for key in manifest.object_keys()))
        for key in manifest.object_keys():
            s3.upload_file(str(root / key), bucket, key, Callback=sent.add)
        uploaded = replace(
            manifest,
            train=_with_checksums(s3, bucket, manifest.train),
            test=_with_checksums(s3, bucket, manifest.test),
        )
        _delete(s3, bucket, _leftovers(s3, bucket, manifest))
        s3.put_object(
            Bucket=bucket,
            Key=f"{dataset_key(name)}/{MANIFEST}",
            Body=uploaded.to_json().encode(),
            ContentType="application/json",
        )
    except (S3UploadFailedError, ClientError, BotoCoreError) as error:
        raise UploadError(
            f"The upload of dataset {name!r} to bucket {bucket!r} failed: {error}."
            " Upload it again; the bucket's name is the output DataBucketName of the storage stack."
        ) from error
    return uploaded


class _Sent:
    """The bytes that boto3's threads have sent."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total = progress, total
        self._done = 0
        self._lock = Lock()

    def add(self, number: int) -> None:
        with self._lock:
            self._done += number
            if self._progress:
                self._progress(self._done / _MEGABYTE, self._total / _MEGABYTE)


def _with_checksums(s3: "S3Client", bucket: str, split: Split) -> Split:
    return replace(split, shards=tuple(_with_checksum(s3, bucket, shard) for shard in split.shards))


def _with_checksum(s3: "S3Client", bucket: str, shard: Shard) -> Shard:
    response: Any = s3.head_object(Bucket=bucket, Key=shard.key, ChecksumMode="ENABLED")
    if response["ContentLength"] != shard.bytes:
        raise UploadError(
            f"{shard.key} has {response['ContentLength']} bytes in bucket {bucket!r} instead of"
            f" {shard.bytes}: it was overwritten during the upload. Upload again."
        )
    return replace(shard, s3_checksum=checksum_in(response))


def _leftovers(s3: "S3Client", bucket: str, manifest: Manifest) -> Iterator[str]:
    """Yield the keys of the dataset that the manifest doesn't name."""
    named, folder = set(manifest.object_keys()), dataset_key(manifest.name)
    for part in ("train/", "test/", f"{DOCUMENTS}/", VOCABULARY, PREPARATION):
        prefix = f"{folder}/{part}"
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                if item["Key"] not in named:
                    yield item["Key"]


def _delete(s3: "S3Client", bucket: str, keys: Iterator[str]) -> None:
    objects: list[ObjectIdentifierTypeDef] = [{"Key": key} for key in keys]
    for start in range(0, len(objects), _MAX_DELETED):
        batch = objects[start : start + _MAX_DELETED]
        response = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        for refused in response.get("Errors", []):
            raise UploadError(
                f"The former shard {refused.get('Key')} can't be deleted from bucket {bucket!r},"
                f" and would be trained on: {refused.get('Message')}"
            )
