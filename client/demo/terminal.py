"""The output of the demo: numbered steps with their duration, and progress during a step."""

import io
import re
import shutil
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

PROGRESS_AFTER_SECONDS = 2.0
# The interval of progress lines in a file, where a line can't be rewritten.
PROGRESS_EVERY_SECONDS = 5.0
MAX_COLUMNS = 120
INDENT = "       "
_WRAPPER = textwrap.TextWrapper(
    80 - len(INDENT), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
)
# The timestamp of SageMaker's log lines: [11/22/2026 10:45:07 INFO 139633102941056]
_LOG_TIMESTAMP = re.compile(r"\[[\d/]+ [\d:]+ INFO \d+\] ")


@dataclass
class Terminal:
    """Prints the steps of the demo.

    Parameters
    ----------
    num_steps
        The number of steps.
    out
        The stream to print to.
    """

    num_steps: int
    out: TextIO = field(default_factory=lambda: sys.stdout)
    current_step: str = ""
    _progress_shown: bool = False
    _last_progress: float = 0.0

    @contextmanager
    def step(self, number: int, title: str, *, spent: float = 0.0) -> Iterator[None]:
        """Print the title of a step, and at its successful end its duration.

        Parameters
        ----------
        number
            The step's number, from 1 on.
        title
            What the step does, in a few words.
        spent
            Seconds that the step took before this call.
        """
        self.current_step = f"step {number} ({title})"
        self._print_line(f"\n[{number:2}/{self.num_steps}] {title}")
        started = time.monotonic()
        yield
        self.print(f"done in {time.monotonic() - started + spent:.1f} s")

    def print(self, text: str = "") -> None:
        """Print lines that belong to the step, wrapped at 80 columns."""
        for line in text.splitlines() or [""]:
            for part in _WRAPPER.wrap(line) or [""]:
                self._print_line(f"{INDENT}{part}".rstrip())

    def print_truncated(self, line: str) -> None:
        """Print one line without a log timestamp, truncated to the width of the terminal."""
        self._print_line(f"{INDENT}{_LOG_TIMESTAMP.sub('', line)}"[: self._width()])

    def progress(self, started: float, text: str) -> None:
        """Show the time since the start of an operation, and its latest output.

        Parameters
        ----------
        started
            The start on the monotonic clock, in seconds.
        text
            The latest output.
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
            self._print_line(line[: self._width()])

    def silence(self) -> None:
        """Discard further output: the reader may be gone, as after `make demo | head`, before the cleanup."""
        self.out = io.StringIO()

    def _width(self) -> int:
        return shutil.get_terminal_size((MAX_COLUMNS, 24)).columns - 1 if self.out.isatty() else MAX_COLUMNS

    def _print_line(self, line: str) -> None:
        if self._progress_shown:
            self.out.write("\r\033[K")
            self._progress_shown = False
        print(line, file=self.out, flush=True)
