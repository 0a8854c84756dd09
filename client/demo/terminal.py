"""How the demo speaks: numbered steps with their seconds, and progress in between."""

import io
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

PROGRESS_AFTER_SECONDS = 2.0
# Where the line can't be rewritten, progress is said this often.
PROGRESS_EVERY_SECONDS = 5.0
MOST_COLUMNS = 120
INDENT = "       "
# How the lines of SageMaker's own containers begin: [11/22/2026 10:45:07 INFO 139633102941056]
_LOG_CLOCK = re.compile(r"\[[\d/]+ [\d:]+ INFO \d+\] ")


@dataclass
class Terminal:
    """Prints the steps of a story.

    Parameters
    ----------
    steps
        How many there are.
    out
        Where they are printed.
    """

    steps: int
    out: TextIO = field(default_factory=lambda: sys.stdout)
    current: str = ""
    _progress_shown: bool = False
    _last_progress: float = 0.0

    @contextmanager
    def step(self, number: int, title: str, *, spent: float = 0.0) -> Iterator[None]:
        """Say that a step begins, and at its good end how many seconds it took.

        Parameters
        ----------
        number
            From 1 on.
        title
            What it does, in a few words.
        spent
            The seconds that it took before this call.
        """
        self.current = f"step {number} ({title})"
        self._print(f"\n[{number:2}/{self.steps}] {title}")
        started = time.monotonic()
        yield
        self.say(f"done in {time.monotonic() - started + spent:.1f} s")

    def say(self, text: str = "") -> None:
        """Print lines that belong to the step."""
        self._clear()
        for line in text.splitlines() or [""]:
            self._print(f"{INDENT}{line}".rstrip())

    def say_briefly(self, line: str) -> None:
        """Print one line of many, without a log's clock and cut to the terminal's width."""
        self.say(_LOG_CLOCK.sub("", line)[: self._width() - len(INDENT)])

    def progress(self, started: float, text: str) -> None:
        """Show how long something has been going on, and its last word.

        Parameters
        ----------
        started
            When it began, on the monotonic clock, in seconds.
        text
            Its last word.
        """
        now = time.monotonic()
        if now - started < PROGRESS_AFTER_SECONDS:
            return
        line = f"{INDENT}... {now - started:.0f} s  {text or 'no output yet'}"
        if self.out.isatty():
            self.out.write(f"\r\033[K{line[: self._width()]}")
            self.out.flush()
            self._progress_shown = True
        elif now - self._last_progress >= PROGRESS_EVERY_SECONDS:
            self._last_progress = now
            self._print(line[: self._width()])

    def mute(self) -> None:
        """Say nothing more: whoever read may be gone, as after `make demo | head`, with work still to do."""
        self.out = io.StringIO()

    def _width(self) -> int:
        return shutil.get_terminal_size((MOST_COLUMNS, 24)).columns - 1 if self.out.isatty() else MOST_COLUMNS

    def _clear(self) -> None:
        if self._progress_shown:
            self.out.write("\r\033[K")
            self._progress_shown = False

    def _print(self, line: str) -> None:
        self._clear()
        print(line, file=self.out, flush=True)
