"""One file of a source: on this machine, an object in a bucket, or stdin."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HIDDEN = (".", "_")  # the first characters of files such as .DS_Store and Spark's _SUCCESS


@dataclass(frozen=True)
class Part:
    """One file of a source.

    Attributes
    ----------
    name : str
        Its path or address, for messages.
    id : str
        Its path below the folder of the source, with `/`; unique in the source.
    open : callable
        Opens it for reading, once.
    path : Path or None
        If it is a file on this machine.
    """

    name: str
    id: str
    open: Callable[[], Any]
    path: Path | None = None


def is_hidden(relative: str) -> bool:
    """Whether a path below the source's folder is that of a hidden file."""
    return any(part.startswith(_HIDDEN) for part in relative.split("/"))
