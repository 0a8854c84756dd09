"""The code of AWS's notebook: RecordIO of MXNet, and protobuf. It runs in its own virtual environment."""

import importlib.util
from pathlib import Path
from typing import Any

import mxnet
import numpy as np

from benchmarks.recordio.workers.protocol import serve

_SCHEMA = Path(__file__).parents[3] / "data_prep" / "recordio" / "schema.py"


def _message_class() -> Any:
    """Load the message class without its package, which needs a newer numpy than MXNet supports."""
    spec = importlib.util.spec_from_file_location("schema", _SCHEMA)
    if spec is None or spec.loader is None:
        raise ImportError(f"{_SCHEMA} can't be loaded.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Record


Record = _message_class()


def _encode(folder: Path, counts: Any) -> None:
    file = mxnet.recordio.MXRecordIO(str(folder / "notebook.pbr"), "w")
    for row in counts:
        message = Record()
        message.features["values"].float32_tensor.values.extend(row)
        message.features["values"].float32_tensor.shape.append(len(row))
        file.write(message.SerializeToString())
    file.close()


def _decode(folder: Path, _: Any) -> Any:
    file = mxnet.recordio.MXRecordIO(str(folder / "input.pbr"), "r")
    rows = []
    while content := file.read():
        rows.append(Record.FromString(content).features["values"].float32_tensor.values)
    return np.array(rows, np.float32)


if __name__ == "__main__":
    serve({"encode": _encode, "decode": _decode})
