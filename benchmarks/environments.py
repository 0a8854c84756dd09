"""Virtual environments for the peers, below .bench, separate from the packages of this project."""

import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def python_with(folder: str, packages: Sequence[str]) -> Path:
    """Return the Python of a virtual environment, which is created unless it exists with these packages.

    Parameters
    ----------
    folder
        The folder of the environment, below .bench.
    packages
        The packages to install, as arguments of pip.
    """
    environment = ROOT / ".bench" / folder
    python = environment / "bin" / "python"
    installed = environment / ".installed"
    wanted = "\n".join(Path(each).read_text() if Path(each).is_file() else each for each in packages)
    if not installed.exists() or installed.read_text() != wanted:
        print(f"Installing peers into {environment.relative_to(ROOT)} ...", file=sys.stderr)
        venv.create(environment, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True)
        installed.write_text(wanted)
    return python
