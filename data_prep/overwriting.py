"""Whether a file or folder that exists may be replaced."""

import sys
from pathlib import Path

import click


def confirm_overwrite(path: Path, *, force: bool) -> None:
    """Ask before a file or folder is replaced; without a terminal, only `--force` allows it.

    Raises
    ------
    FileExistsError
        It exists, and the user didn't agree.
    """
    if force or not path.exists():
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise FileExistsError(f"{path} exists already: choose another name, or replace it with --force.")
    if not click.confirm(f"{path} exists already. Replace it?", err=True):
        raise FileExistsError(f"{path} was not replaced.")
