"""The lower bound: the same bytes, written and read without encoding."""

from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.recordio.workers.protocol import serve


@cache
def _content(file: Path) -> bytes:
    return file.read_bytes()


def _encode(folder: Path, _: Any) -> None:
    with (folder / "raw.pbr").open("wb") as file:
        file.write(_content(folder / "input.pbr"))


def _decode(folder: Path, _: Any) -> Any:
    return (folder / "input.pbr").read_bytes()


if __name__ == "__main__":
    serve({"encode": _encode, "decode": _decode})
