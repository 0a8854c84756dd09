"""Wheels built from this repository, each installed where only its own requirements can be imported."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Installed:
    """A wheel unpacked next to links to its requirements, and to nothing else."""

    folder: Path

    def python(self, program: str, *arguments: str) -> str:
        """Run a program that can import from this folder and the standard library only; return its output."""
        # -S excludes the site-packages of this environment, -I the working directory and PYTHONPATH.
        start = f"import sys; sys.path.append({str(self.folder)!r})\n{program}"
        run = subprocess.run(
            [sys.executable, "-I", "-S", "-c", start, *arguments],
            cwd=self.folder.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Build the wheel of a folder, by way of its sdist."""
    built: dict[str, Path] = {}

    def wheel(source: str) -> Path:
        if source not in built:
            target = tmp_path_factory.mktemp("dist")
            command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target)]
            subprocess.run([*command, str(ROOT / source)], check=True, capture_output=True, text=True)
            (built[source],) = target.glob("*.whl")
        return built[source]

    return wheel


@pytest.fixture
def install(build: Callable[[str], Path], tmp_path: Path) -> Callable[..., Installed]:
    """Install a folder's wheel with its requirements and those of the named extras."""

    def installed(source: str, *extras: str) -> Installed:
        folder = tmp_path / "site-packages"
        with ZipFile(build(source)) as wheel:
            wheel.extractall(folder)
        (metadata,) = folder.glob("*.dist-info")
        for requirement in required(PathDistribution(metadata), set(extras)):
            link(requirement, folder)
        return Installed(folder)

    return installed


def required(root: Distribution, extras: set[str]) -> Iterator[Distribution]:
    """Yield the installed distributions that `root` requires with some extras, directly or indirectly."""
    visited: set[str] = set()
    pending = [(root, extras)]
    while pending:
        package, package_extras = pending.pop()
        for requirement in map(Requirement, package.requires or []):
            marker = requirement.marker
            applies = marker is None or any(
                marker.evaluate({"extra": extra}) for extra in package_extras | {""}
            )
            if applies and requirement.name not in visited:
                visited.add(requirement.name)
                dependency = distribution(requirement.name)
                pending.append((dependency, set(requirement.extras)))
                yield dependency


def link(package: Distribution, folder: Path) -> None:
    """Link the top-level folders and files of an installed distribution into `folder`."""
    tops = {file.parts[0] for file in package.files or [] if file.parts[0] not in {"..", "__pycache__"}}
    for top in tops:
        if not (folder / top).exists():
            (folder / top).symlink_to(Path(str(package.locate_file(top))))
