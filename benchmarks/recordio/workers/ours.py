"""data_prep.recordio."""

from pathlib import Path
from typing import Any

from benchmarks.recordio.workers.protocol import serve
from data_prep import recordio


def _encode(folder: Path, counts: Any) -> None:
    layout = "dense" if (folder / "dense.npy").exists() else "sparse"
    recordio.write(folder / "ours.pbr", counts, layout=layout)


def _decode(folder: Path, _: Any) -> Any:
    return recordio.read(folder / "input.pbr")


if __name__ == "__main__":
    serve({"encode": _encode, "decode": _decode})
