"""Counts as JSON lines of SageMaker."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data_prep.inputs.counts import Counts, LoadOptions
from data_prep.inputs.lines import read_lines


def load_json_lines(file: Path, _options: LoadOptions) -> Counts:
    """Read SageMaker's JSON lines: a list of counts, or `features` with `values`, `keys` and `shape`."""
    rows = [_json_row(content, position) for content, position in _filled_lines(file)]
    if not rows:
        raise ValueError(f"{file} holds no documents.")
    widths = [width for _, _, width in rows]
    for number, width in enumerate(widths):
        if width != widths[0]:
            raise ValueError(f"{file}: document {number} is over {width} words, the first over {widths[0]}.")
    if all(keys is None for _, keys, _ in rows):
        return Counts(np.stack([values for values, _, _ in rows]), "JSON lines")
    keyed = [np.arange(len(values)) if keys is None else keys for values, keys, _ in rows]
    documents = np.repeat(np.arange(len(rows)), [len(keys) for keys in keyed])
    entries = (np.concatenate([values for values, _, _ in rows]), (documents, np.concatenate(keyed)))
    return Counts(sparse.csr_array(entries, shape=(len(rows), widths[0])), "JSON lines")


def _json_row(line: str, position: str) -> tuple[NDArray[np.float64], NDArray[np.int64] | None, int]:
    try:
        document = json.loads(line)
        if isinstance(document, dict):
            document = document.get("data", document)["features"]
        tensor = document if isinstance(document, dict) else {"values": document}
        values = np.array(tensor["values"], np.float64)
        keys = np.array(tensor["keys"], np.int64) if "keys" in tensor else None
        width = int(tensor["shape"][0]) if keys is not None else values.size
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise ValueError(f"{position}: this is no document of SageMaker's JSON lines ({error!r}).") from error
    if values.ndim != 1 or (keys is not None and keys.shape != values.shape):
        raise ValueError(f"{position}: keys and values are lists of numbers, equally many.")
    if keys is not None and keys.size and not (keys.min() >= 0 and keys.max() < width):
        raise ValueError(f"{position}: a key is outside a vocabulary of {width} words.")
    return values, keys, width


def _filled_lines(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines that are not empty, each with its position."""
    return ((text, f"{file}, line {number}") for number, text in read_lines(file) if text.strip())
