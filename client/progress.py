"""Progress on stderr: bars with their rate and remaining time, in a terminal only."""

import sys
from types import TracebackType
from typing import Any, Self

_MAX_DESCRIPTION = 40


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
