"""Worker processes that measure on request: a line of JSON in, a line of JSON out."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.environments import ROOT

RESPONSE = "response: "


class Worker:
    """A worker process, which runs for the whole benchmark.

    Parameters
    ----------
    python
        The Python interpreter of the worker.
    module
        The module that it runs.
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

    def request(self, message: dict[str, Any]) -> Any:
        """Send a request and return the response.

        Raises
        ------
        RuntimeError
            If the worker ends without a response.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("The worker was started without pipes.")
        self._process.stdin.write(f"{json.dumps(message)}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith(RESPONSE):  # libraries print too
                return json.loads(line.removeprefix(RESPONSE))
        raise RuntimeError(f"The worker {self._module} ended; run it by hand to see its error.")
