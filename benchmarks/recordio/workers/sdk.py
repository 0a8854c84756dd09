"""The SageMaker SDK 2.257, the last release line with a writer. It runs in its own virtual environment."""

from pathlib import Path
from typing import Any

import numpy as np
from sagemaker.amazon import common
from scipy import sparse

from benchmarks.recordio.workers.protocol import serve


def _encode(folder: Path, counts: Any) -> None:
    with (folder / "sdk.pbr").open("wb") as file:
        if sparse.issparse(counts):
            common.write_spmatrix_to_sparse_tensor(file, counts)
        else:
            common.write_numpy_to_dense_tensor(file, counts)


def _decode(folder: Path, _: Any) -> Any:
    with (folder / "input.pbr").open("rb") as file:
        tensors = [record.features["values"].float32_tensor for record in common.read_records(file)]
    if not tensors[0].keys:
        return np.array([tensor.values for tensor in tensors], np.float32)
    values = np.concatenate([np.array(tensor.values, np.float32) for tensor in tensors])
    keys = np.concatenate([np.array(tensor.keys, np.int32) for tensor in tensors])
    ends = np.cumsum([0, *(len(tensor.keys) for tensor in tensors)])
    return sparse.csr_matrix((values, keys, ends), shape=(len(tensors), tensors[0].shape[0]))


if __name__ == "__main__":
    serve({"encode": _encode, "decode": _decode})
