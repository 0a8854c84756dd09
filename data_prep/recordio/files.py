"""Files that appear whole or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file beside `path` for writing; it takes the name `path` only when the block ends well.

    Parameters
    ----------
    path : path
        The file to make or to replace. Its folder must exist.

    Raises
    ------
    FileNotFoundError
        If there is no such folder; it names the folder and not the file aside.

    Yields
    ------
    binary file
        What is written here is lost, and `path` left as it was, when the block raises.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with aside.open("xb") as file:
            yield file
        aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
