"""A user's own files become a dataset: every record is looked at, and the manifest is written last."""

import os
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from data_prep.dataset.dataset_layout import CSV, RECORDIO, VOCABULARY, checked_kind, few, part, refuse
from data_prep.dataset.file_scan import Scan, scan_csv, scan_recordio
from data_prep.dataset.manifest import (
    CONTENT_TYPE,
    CSV_CONTENT_TYPE,
    Checksum,
    Manifest,
    Shard,
    Split,
    dataset_key,
)
from data_prep.dataset.storage import Entry, Place, place
from data_prep.dataset.tally import Tally, total
from data_prep.recordio.errors import EmptyDocumentWarning

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# How many files are read at a time: each takes a few MiB, and S3 is waited for most of the time.
_AT_ONCE = max(4, min(16, os.cpu_count() or 1))
_SCANS: dict[str, Callable[[Any, str], Scan]] = {RECORDIO: scan_recordio, CSV: scan_csv}
_CONTENT_TYPES = {RECORDIO: CONTENT_TYPE, CSV: CSV_CONTENT_TYPE}


class _Found(NamedTuple):
    """A file that was read."""

    entry: Entry
    scan: Scan
    checksum: Checksum | None


def adopt(location: str | os.PathLike[str], *, s3: "S3Client | None" = None) -> Manifest:
    """Check every document of the files under a place, and write the manifest that makes them a dataset.

    Parameters
    ----------
    location : path or str
        A folder `.../datasets/<name>` or `s3://<bucket>/datasets/<name>`. Below it, `train/` and `test/` hold
        RecordIO-protobuf (.pbr, .rec) or CSV (.csv); `vocabulary.txt` beside them, one word a line, is taken
        up. The files are never changed.
    s3 : boto3 client, optional
        Of S3; by default one with the credentials of the environment.

    Returns
    -------
    Manifest
        As it now stands beside the files.

    Raises
    ------
    ValueError
        If there is a manifest already, the files lie otherwise, or a document isn't counts; each file that is
        wrong is named.
    OSError
        If a file can't be read or the manifest can't be written.

    Warns
    -----
    EmptyDocumentWarning
        If a split holds documents without a word.
    """
    here = place(location, s3)
    entries = here.entries()
    kind = checked_kind(here, entries)
    found = _read(here, [entry for entry in entries if part(entry)], kind)
    _check_widths(here, found)
    words = found[0].scan.tally.feature_dim
    manifest = Manifest(
        name=here.name,
        feature_dim=words,
        layout=_layout(found),
        vocabulary=_vocabulary(here, entries, words),
        source=f"Adopted from {here.called('').rstrip('/')}.",
        train=_split(here, found, "train"),
        test=_split(here, found, "test"),
        content_type=_CONTENT_TYPES[kind],
    )
    here.write_manifest(manifest.to_json())
    return manifest


def _read(here: Place, entries: list[Entry], kind: str) -> list[_Found]:
    """Read every file, several at a time, and refuse all that are wrong at once."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looked_at = list(pool.map(lambda entry: _looked_at(here, entry, _SCANS[kind]), entries))
    refuse(few([one for one in looked_at if isinstance(one, str)]))
    return [one for one in looked_at if not isinstance(one, str)]


def _looked_at(here: Place, entry: Entry, scan: Callable[[Any, str], Scan]) -> _Found | str:
    """Return what a file holds, or what is wrong with it."""
    name = here.called(entry.path)
    try:
        with here.open(entry) as source:
            found = scan(source, name)
    except ValueError as error:
        return str(error)
    if found.bytes != entry.size:
        return f"{name} had {entry.size} bytes and then {found.bytes}: someone writes there. Adopt again."
    return _Found(entry, found, here.checksum(entry))


def _check_widths(here: Place, found: list[_Found]) -> None:
    first: dict[int, str] = {}
    for one in found:
        first.setdefault(one.scan.tally.feature_dim, here.called(one.entry.path))
    if len(first) > 1:
        told = ", ".join(f"{name} over {words}" for words, name in sorted(first.items()))
        raise ValueError(f"The files are over different words: {told}. A dataset has one vocabulary.")


def _layout(found: list[_Found]) -> str:
    layouts = {one.scan.layout for one in found}
    return layouts.pop() if len(layouts) == 1 else "mixed"


def _vocabulary(here: Place, entries: Iterable[Entry], words: int) -> str | None:
    """Return the key of the vocabulary, if there is one and it has as many words as the documents."""
    for entry in entries:
        if entry.path == VOCABULARY:
            _check_vocabulary(here, entry, words)
            return f"{dataset_key(here.name)}/{VOCABULARY}"
    return None


def _check_vocabulary(here: Place, entry: Entry, words: int) -> None:
    name = here.called(VOCABULARY)
    with here.open(entry) as file:
        content = file.read()
    try:
        lines = len(content.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} isn't text in UTF-8: {error}.") from error
    if lines != words:
        raise ValueError(f"{name} has {lines} words, one a line, and the documents are over {words}.")


def _split(here: Place, found: list[_Found], name: str) -> Split:
    mine = [one for one in found if part(one.entry) == name]
    tally = total(one.scan.tally for one in mine)
    if not tally.tokens:
        raise ValueError(f"{here.called(name)}: no document holds a word.")
    _warn_of_empty(name, tally)
    shards = tuple(_shard(here, one) for one in mine)
    return Split(tally.documents, tally.tokens, tally.nonzeros, tally.empty_documents, shards)


def _warn_of_empty(name: str, tally: Tally) -> None:
    if tally.empty_documents:
        warnings.warn(
            f"{name}: {tally.empty_documents} of {tally.documents} documents are empty: LDA learns nothing "
            "from them.",
            EmptyDocumentWarning,
            stacklevel=4,
        )


def _shard(here: Place, one: _Found) -> Shard:
    key = f"{dataset_key(here.name)}/{one.entry.path}"
    return Shard(key, one.scan.bytes, one.scan.tally.documents, one.scan.sha256, one.checksum)
