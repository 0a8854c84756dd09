"""The channels of a training job: their files as one matrix of counts (File mode)."""

from pathlib import Path
from typing import Any

import numpy as np

from container.content_types import CSV, RECORDIO, parse_content_type
from container.csv_documents import parse_csv
from container.errors import ClientError
from container.folders import Folders
from container.matrices import stack
from data_prep.recordio import RecordIOError, read
from spectral_lda.counts import CountMatrix, as_counts

CHANNELS = ("train", "test")
# FastFile looks like File to a container: the files are there, and their bytes come when they are read.
MODES = ("File", "FastFile")


def channel_types(config: dict[str, Any]) -> dict[str, str]:
    """Return the content type of every channel in inputdataconfig.json, before anything is read.

    Raises
    ------
    ClientError
        The train channel is missing, a channel is unknown, or its mode or content type can't be read here.
    """
    if "train" not in config:
        raise ClientError("The channel 'train' is missing; LDA needs it.")
    for name, channel in config.items():
        if name not in CHANNELS:
            raise ClientError(f"Unknown channel {name!r}; LDA reads 'train' and, if there is one, 'test'.")
        mode = channel.get("TrainingInputMode", "File")
        if mode not in MODES:
            raise ClientError(f"The channel {name!r} has the input mode {mode!r}; this container reads File.")
    return {name: _content_type(channel) for name, channel in config.items()}


def _content_type(channel: dict[str, Any]) -> str:
    """Return the content type; none given means recordio, as for the built-in algorithm."""
    given = channel.get("ContentType") or RECORDIO
    try:
        content_type = parse_content_type(given)
    except ValueError as error:
        raise ClientError(str(error)) from error
    if content_type not in {RECORDIO, CSV}:
        raise ClientError(f"The content type {given!r} is unknown; LDA trains on {RECORDIO} or {CSV}.")
    return content_type


def read_channel(folders: Folders, name: str, content_type: str, words: int) -> CountMatrix:
    """Return all documents of a channel, its files in the order of their names, (D, words).

    Raises
    ------
    ClientError
        There is no file, or one holds something else than counts over ``words`` words; the sentence names the
        file.
    """
    folder = folders.channel(name)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files:
        raise ClientError(f"The channel {name!r} holds no file.")
    return stack((_read_file(path, content_type, words) for path in files), words)


def _read_file(path: Path, content_type: str, words: int) -> CountMatrix:
    try:
        if content_type == CSV:
            with path.open(encoding="utf-8-sig", newline=None) as lines:
                return as_counts(parse_csv(lines, words))
        counts = read(path)
        # A file without a record, such as the marker _SUCCESS, has no width.
        if counts.shape[0] and counts.shape[1] != words:
            raise ClientError(
                f"{path}: its documents are over {counts.shape[1]} words, but feature_dim is {words}."
            )
        return as_counts(counts if counts.shape[0] else np.zeros((0, words)))
    except RecordIOError as error:
        raise ClientError(str(error)) from error
    except ValueError as error:
        raise ClientError(f"{path}: {error}") from error
