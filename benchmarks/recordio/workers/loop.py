"""A loop over documents, with the message class of protobuf."""

import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.recordio.workers.protocol import serve
from data_prep.recordio.schema import Record

_HEADER = struct.Struct("<II")
_MAGIC = 0xCED7230A


def _encode(folder: Path, counts: Any) -> None:
    with (folder / "loop.pbr").open("wb") as file:
        for message in _sparse(counts) if sparse.issparse(counts) else _dense(counts):
            content = message.SerializeToString()
            file.write(_HEADER.pack(_MAGIC, len(content)) + content + bytes(-len(content) % 4))


def _dense(counts: Any) -> Iterator[Any]:
    for row in counts:
        message = Record()
        tensor = message.features["values"].float32_tensor
        tensor.values.extend(row.tolist())
        tensor.shape.append(len(row))
        yield message


def _sparse(counts: Any) -> Iterator[Any]:
    ends = counts.indptr.tolist()
    for start, stop in pairwise(ends):
        message = Record()
        tensor = message.features["values"].float32_tensor
        tensor.values.extend(counts.data[start:stop].tolist())
        tensor.keys.extend(counts.indices[start:stop].tolist())
        tensor.shape.append(counts.shape[1])
        yield message


def _decode(folder: Path, _: Any) -> Any:
    tensors = [
        Record.FromString(content).features["values"].float32_tensor
        for content in _contents((folder / "input.pbr").read_bytes())
    ]
    if not tensors[0].keys:
        return np.array([tensor.values for tensor in tensors], np.float32)
    values = np.concatenate([np.array(tensor.values, np.float32) for tensor in tensors])
    keys = np.concatenate([np.array(tensor.keys, np.int32) for tensor in tensors])
    ends = np.cumsum([0, *(len(tensor.keys) for tensor in tensors)])
    return sparse.csr_matrix((values, keys, ends), shape=(len(tensors), tensors[0].shape[0]))


def _contents(file: bytes) -> Iterator[bytes]:
    offset = 0
    while offset < len(file):
        length = _HEADER.unpack_from(file, offset)[1]
        yield file[offset + 8 : offset + 8 + length]
        offset += 8 + length + -length % 4


if __name__ == "__main__":
    serve({"encode": _encode, "decode": _decode})
