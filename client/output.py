"""The output of commands: data on stdout, messages on stderr."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

Report = Callable[[str], None]


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


def discard_stdout() -> None:
    """Discard further output: the reader closed the pipe, and Python flushes stdout again at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
