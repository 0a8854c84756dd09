"""SIGTERM at any time ends the process and leaves a complete model or none."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from container.training.termination import SIGTERM_EXIT_CODE
from data_prep import recordio

# conftest.Job: test files can't import it.
Job = Any
ROOT = Path(__file__).parents[3]
SECONDS = 60

# A call into compiled code, without the GIL, that no signal interrupts.
LONG_CALL = "hashlib.pbkdf2_hmac('sha256', b'', b'', 2**31 - 1)"
# A model that takes a second to be written.
LONG_SAVE = """
with MODEL_LOCK:
    Path('half').write_text('half of it')
    time.sleep(1)
    Path('half').rename('whole')
time.sleep(60)
"""


def stopped(process: subprocess.Popen[str], line: str) -> str:
    """Stop a process when it has written a line, and return what it wrote after that."""
    assert process.stdout is not None
    while line not in (read := process.stdout.readline()):
        assert read, f"it ended before {line!r}"
    process.send_signal(signal.SIGTERM)
    try:
        rest, _ = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert process.returncode == SIGTERM_EXIT_CODE, rest
    return rest


@pytest.mark.parametrize(("work", "left"), [(LONG_CALL, []), (LONG_SAVE, ["whole"])], ids=["call", "save"])
def test_sigterm_interrupts_a_long_call_but_never_a_write(tmp_path: Path, work: str, left: list[str]) -> None:
    script = (
        "import hashlib, time\nfrom pathlib import Path\n"
        "from container.training.termination import MODEL_LOCK, exit_on_sigterm\n"
        f"exit_on_sigterm()\nprint('ready', flush=True)\n{work}"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        if left:
            while not list(tmp_path.iterdir()):
                assert process.poll() is None
                time.sleep(0.01)
        stopped(process, "ready")
    assert [path.name for path in tmp_path.iterdir()] == left


def test_sigterm_ends_a_running_job_without_a_model_or_failure(job: Job) -> None:
    generator = np.random.default_rng(0)
    recordio.write(job.folder("train") / "part.pbr", generator.poisson(1.0, (100, 40)).astype(np.float32))
    job.hyperparameters |= {
        "num_topics": "20",
        "feature_dim": "40",
        "max_restarts": "100000",
        "tol": "1e-300",
    }
    with job.start() as process:
        assert "Stopped by SIGTERM." in stopped(process, "Restart 2/100000")
    assert not list(job.base.glob("model/*"))
    assert not (job.base / "output" / "failure").exists()


@pytest.mark.parametrize("created", [True, False], ids=["never opened", "never created"])
def test_sigterm_ends_a_job_that_waits_for_a_fifo(job: Job, *, created: bool) -> None:
    job.channels["train"]["TrainingInputMode"] = "Pipe"
    job.folder("train")
    if created:
        os.mkfifo(job.base / "input" / "data" / "train_0")
    with job.start() as process:
        assert "Stopped by SIGTERM." in stopped(process, "Reading the channel train from")
