"""Programs that stay for a whole run and measure when they are asked: a line of JSON in, another out."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.environments import ROOT

ANSWER = "answer: "


class Worker:
    """A worker's process.

    Parameters
    ----------
    python
        The Python that runs it.
    module
        What it runs.
    """

    def __init__(self, python: Path, module: str) -> None:
        self._module = module
        self._process = subprocess.Popen(
            [python, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def ask(self, question: dict[str, Any]) -> Any:
        """Return the answer to one question.

        Raises
        ------
        RuntimeError
            If the worker ended instead.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("The worker was started without pipes.")
        self._process.stdin.write(f"{json.dumps(question)}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith(ANSWER):  # libraries print too
                return json.loads(line.removeprefix(ANSWER))
        raise RuntimeError(f"The worker {self._module} ended; run it by hand to see why.")
