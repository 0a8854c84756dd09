"""Environments of the peers' own, below .bench: nothing of theirs comes beside this project's packages."""

import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def python_with(folder: str, packages: Sequence[str]) -> Path:
    """Give the Python of an environment, which is made unless it stands.

    Parameters
    ----------
    folder
        Where it lies, below .bench.
    packages
        What pip installs into it, as pip's own arguments.
    """
    place = ROOT / ".bench" / folder
    python = place / "bin" / "python"
    if not (place / ".installed").exists():
        print(f"Installing peers into {place.relative_to(ROOT)} ...", file=sys.stderr)
        venv.create(place, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True)
        (place / ".installed").touch()
    return python
