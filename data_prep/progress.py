"""What a person sees while a command works: a spinner, or a bar with rate and remaining time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

_MAX_DESCRIPTION = 40  # characters


@contextmanager
def spinner(description: str) -> Iterator[None]:
    """Show a spinner with a description on stderr, if it is a terminal, until the block ends.

    Parameters
    ----------
    description
        The operation, such as "Listing resources".
    """
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 -- only a terminal needs it
    from rich.markup import escape  # noqa: PLC0415 -- as above

    with Console(stderr=True).status(f"{escape(description)} ..."):
        yield


class Progress:
    """Shows the stages of a long command on stderr, if it is a terminal; a context manager."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def stage(self, name: str, unit: str = "") -> None:
        """Begin a stage; `unit` is what is counted, such as documents."""
        if self._bar:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(name[:_MAX_DESCRIPTION], total=None, unit=unit)

    def advance(self, done: float, total: float | None) -> None:
        """Say how far the stage is."""
        if self._bar:
            self._bar.update(self._task, completed=done, total=total)

    def step(self, message: str) -> None:
        """Say what the stage does."""
        if self._bar:
            self._bar.update(self._task, description=message[:_MAX_DESCRIPTION])


def _bar() -> Any:
    from rich import progress  # noqa: PLC0415 -- only a terminal needs it
    from rich.console import Console  # noqa: PLC0415 -- as above

    class Count(progress.ProgressColumn):
        """How much is done of how much, and how much a second."""

        def render(self, task: progress.Task) -> str:
            total = "" if task.total is None else f"/{task.total:,.0f}"
            rate = f", {task.speed:,.0f}/s" if task.speed and task.fields["unit"] else ""
            count = f"{task.completed:,.0f}{total} {task.fields['unit']}".rstrip()
            return f"{count}{rate}" if task.completed or task.total else ""

    columns = [
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=12),
        Count(),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
    ]
    return progress.Progress(*columns, console=Console(stderr=True), transient=True)
