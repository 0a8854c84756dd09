"""The output of commands: data on stdout, messages on stderr."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

Report = Callable[[str], None]
_MAX_DESCRIPTION = 40  # characters


def print_message(line: str) -> None:
    """Print a line for the user on stderr; stdout is for data."""
    print(line, file=sys.stderr, flush=True)


def print_json(document: Any, *, indent: int | None = None) -> None:
    """Print a document as JSON on stdout."""
    print(json.dumps(document, indent=indent))


def print_lines(lines: Sequence[str]) -> None:
    """Print lines on stdout."""
    print("\n".join(lines))


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print a table on stdout: one line per row; on a terminal, its cells are folded to the terminal's width.

    Parameters
    ----------
    rows
        The head of the table, then its rows.
    """
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        print_lines(["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows])
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*rows[0], box=None, pad_edge=False, row_styles=["", "dim"])
    for column in table.columns:
        column.overflow = "fold"
    for row in rows[1:]:
        table.add_row(*row)
    Console(markup=False, highlight=False).print(table)


@contextmanager
def progress(description: str) -> Iterator[None]:
    """Show a spinner with a description on stderr, if it is a terminal, until the block ends.

    Parameters
    ----------
    description
        The operation, such as "Listing resources".
    """
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{description} ..."):
        yield


def discard_stdout() -> None:
    """Discard further output: the reader closed the pipe, and Python flushes stdout again at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Progress:
    """Shows the stages of a long command; a context manager."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                TextColumn,
                TimeElapsedColumn,
                TimeRemainingColumn,
            )
            from rich.progress import Progress as Bar

            columns = [
                TextColumn("{task.description}"),
                BarColumn(bar_width=20),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            ]
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def stage(self, name: str) -> None:
        """Begin a stage."""
        if self._bar:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(name, total=None)

    def advance(self, done: int, total: int | None) -> None:
        """Say how far the stage is."""
        if self._bar:
            self._bar.update(self._task, completed=done, total=total)

    def step(self, message: str) -> None:
        """Say what the stage does."""
        if self._bar:
            self._bar.update(self._task, description=message[:_MAX_DESCRIPTION])

    def count(self, documents: int, _bytes: int) -> None:
        """Say how many documents have been read; their number isn't known beforehand."""
        self.advance(documents, None)
