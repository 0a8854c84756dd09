"""Ctrl-C while a command line is imported, which takes a good part of a second, is one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = """
import sys
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupts())
from {package}.__main__ import {function}
sys.exit({function}())
"""


@pytest.mark.parametrize(
    ("package", "function", "module"),
    [
        ("client", "main", "client.cli"),
        ("client", "client", "client.cli"),
        ("client", "main", "click"),
        ("data_prep", "main", "click"),
        ("local_aws", "main", "local_aws.process.lifecycle"),
    ],
)
def test_an_interrupted_import_is_one_sentence(package: str, function: str, module: str) -> None:
    program = PROGRAM.format(package=package, function=function)
    command = [sys.executable, "-c", program, module]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (130, "")
    assert run.stderr.endswith("Interrupted.\n")
    assert run.stderr.count("\n") == 1
