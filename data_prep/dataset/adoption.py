"""Adoption: a user's own files become a dataset. Every record is checked; the manifest is written last."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from data_prep.dataset.dataset_layout import (
    CSV,
    RECORDIO,
    check_layout,
    first_problems,
    raise_problems,
    split_of,
)
from data_prep.dataset.file_scan import Scan, scan_csv, scan_recordio
from data_prep.dataset.manifest import (
    CONTENT_TYPE,
    CSV_CONTENT_TYPE,
    VOCABULARY,
    Checksum,
    Manifest,
    Shard,
    Split,
    dataset_key,
)
from data_prep.dataset.storage import Storage, StoredFile, open_storage
from data_prep.dataset.validation import warn_about_empty
from data_prep.inputs.vocabulary import parse_vocabulary
from data_prep.recordio.decoder import common_layout
from data_prep.recordio.reader import CorpusStatistics

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Files read at a time: each takes a few MiB, and most of the time is spent waiting for S3.
_MAX_CONCURRENCY = max(4, min(16, os.cpu_count() or 1))
_SCANS: dict[str, Callable[[Any, str], Scan]] = {RECORDIO: scan_recordio, CSV: scan_csv}
_CONTENT_TYPES = {RECORDIO: CONTENT_TYPE, CSV: CSV_CONTENT_TYPE}


class _ScannedFile(NamedTuple):
    """A file that was read to its end."""

    file: StoredFile
    scan: Scan
    checksum: Checksum | None


def adopt(location: str | os.PathLike[str], *, s3: "S3Client | None" = None) -> Manifest:
    """Check every document of the files at a location, and write the manifest that makes them a dataset.

    Parameters
    ----------
    location : path or str
        A folder `.../datasets/<name>` or `s3://<bucket>/datasets/<name>`. Below it, `train/` and `test/` hold
        RecordIO-protobuf (.pbr, .rec) or CSV (.csv); `vocabulary.txt` next to them, one word a line, is used
        if it exists. The files are never changed.
    s3 : boto3 client, optional
        Of S3; by default one with the credentials of the environment.

    Returns
    -------
    Manifest
        The manifest that was written next to the files.

    Raises
    ------
    ValueError
        If there is a manifest already, the layout differs, or a document isn't counts; each file that is
        wrong is named.
    OSError
        If a file can't be read or the manifest can't be written.

    Warns
    -----
    EmptyDocumentWarning
        If a split holds documents without a word.
    """
    storage = open_storage(location, s3)
    files = storage.files()
    file_format = check_layout(storage, files)
    scanned = _scan_all(storage, [file for file in files if split_of(file)], file_format)
    _check_widths(storage, scanned)
    words = scanned[0].scan.statistics.feature_dim
    manifest = Manifest(
        name=storage.name,
        feature_dim=words,
        layout=common_layout({each.scan.layout for each in scanned}),
        vocabulary=_vocabulary(storage, files, words),
        source=f"Adopted from {storage.location('').rstrip('/')}.",
        train=_split(storage, scanned, "train"),
        test=_split(storage, scanned, "test"),
        content_type=_CONTENT_TYPES[file_format],
    )
    storage.write_manifest(manifest.to_json())
    return manifest


def _scan_all(storage: Storage, files: list[StoredFile], file_format: str) -> list[_ScannedFile]:
    """Read every file, several at a time, and report the problems of all files together."""
    with ThreadPoolExecutor(_MAX_CONCURRENCY) as pool:
        results = list(pool.map(lambda file: _scan_file(storage, file, _SCANS[file_format]), files))
    raise_problems(first_problems([result for result in results if isinstance(result, str)]))
    return [result for result in results if not isinstance(result, str)]


def _scan_file(storage: Storage, file: StoredFile, scan: Callable[[Any, str], Scan]) -> _ScannedFile | str:
    """Return the scan of a file, or its problem."""
    name = storage.location(file.path)
    try:
        with storage.open(file) as source:
            scanned = scan(source, name)
    except ValueError as error:
        return str(error)
    if scanned.bytes != file.size:
        return f"{name} had {file.size} bytes and then {scanned.bytes}: it was modified. Adopt it again."
    return _ScannedFile(file, scanned, storage.checksum(file))


def _check_widths(storage: Storage, scanned: list[_ScannedFile]) -> None:
    examples: dict[int, str] = {}
    for each in scanned:
        examples.setdefault(each.scan.statistics.feature_dim, storage.location(each.file.path))
    if len(examples) > 1:
        widths = ", ".join(f"{name} over {words}" for words, name in sorted(examples.items()))
        raise ValueError(f"The files are over different words: {widths}. A dataset has one vocabulary.")


def _vocabulary(storage: Storage, files: Iterable[StoredFile], words: int) -> str | None:
    """Return the key of the vocabulary, if there is one and it has as many words as the documents."""
    for file in files:
        if file.path == VOCABULARY:
            _check_vocabulary(storage, file, words)
            return f"{dataset_key(storage.name)}/{VOCABULARY}"
    return None


def _check_vocabulary(storage: Storage, file: StoredFile, words: int) -> None:
    name = storage.location(VOCABULARY)
    with storage.open(file) as source:
        content = source.read()
    lines = len(parse_vocabulary(content, name))
    if lines != words:
        raise ValueError(f"{name} has {lines} words, one a line, and the documents are over {words}.")


def _split(storage: Storage, scanned: list[_ScannedFile], split: str) -> Split:
    members = [each for each in scanned if split_of(each.file) == split]
    statistics = CorpusStatistics()
    for each in members:
        statistics.merge(each.scan.statistics)
    if not statistics.tokens:
        raise ValueError(f"{storage.location(split)}: no document holds a word.")
    warn_about_empty(split, statistics, stacklevel=3)
    return Split.of(statistics, tuple(_shard(storage, each) for each in members))


def _shard(storage: Storage, scanned: _ScannedFile) -> Shard:
    key = f"{dataset_key(storage.name)}/{scanned.file.path}"
    scan = scanned.scan
    return Shard(key, scan.bytes, scan.statistics.documents, scan.sha256, scanned.checksum)
