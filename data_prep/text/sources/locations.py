"""The files that a source names: of a folder, a pattern, stdin or a bucket."""

import glob
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data_prep.inputs.corpus import S3
from data_prep.text.errors import SourceError
from data_prep.text.sources.bucket import list_objects
from data_prep.text.sources.parts import Part, is_hidden

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STDIN = "-"


@dataclass(frozen=True)
class Location:
    """The files of a source, sorted by their ids, and whether the source names several."""

    name: str
    parts: tuple[Part, ...]
    several: bool


def locate(source: str | os.PathLike[str], s3: "S3Client | None" = None) -> Location:
    """Find the files of a source.

    Raises
    ------
    SourceError
        If there are none.
    FileNotFoundError
        If a file doesn't exist.
    """
    name = os.fspath(source)
    if name == STDIN:
        return Location("stdin", (Part("stdin", "stdin", _Stdin),), several=False)
    if name.startswith(S3):
        parts, several = list_objects(name, s3)
        return _several(name, parts, several=several)
    path = Path(name)
    if path.is_dir():
        return _several(name, [_local(file, path) for file in _files_below(path)])
    if glob.has_magic(name) and not path.exists():
        return _several(name, _matches(name))
    if not path.exists():
        raise FileNotFoundError(2, os.strerror(2), name)
    return Location(name, (_local(path, path.parent),), several=False)


class _Stdin:
    """Stdin, which stays open."""

    def read(self, size: int) -> bytes:
        return sys.stdin.buffer.read(size)

    def close(self) -> None:
        pass


def _several(name: str, parts: list[Part], *, several: bool = True) -> Location:
    if not parts:
        raise SourceError(
            f"{name}: there are no files. Hidden ones, and those that begin with _, don't count."
        )
    return Location(name, tuple(sorted(parts, key=lambda part: part.id)), several)


def _files_below(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [file for file in files if not is_hidden(file.relative_to(folder).as_posix())]


def _matches(pattern: str) -> list[Part]:
    fixed = Path(pattern)
    while glob.has_magic(str(fixed)):
        fixed = fixed.parent
    files = (Path(match) for match in glob.glob(pattern, recursive=True))  # noqa: PTH207 -- of absolute ones too
    parts = [_local(file, fixed) for file in files if file.is_file()]
    return [part for part in parts if not is_hidden(part.id)]


def _local(path: Path, folder: Path) -> Part:
    return Part(str(path), path.relative_to(folder).as_posix(), lambda: path.open("rb"), path)
