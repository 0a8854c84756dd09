"""The Dockerfile, as far as it can be tested without Docker, and the programs of the local images."""

import importlib.metadata
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "container" / "Dockerfile").read_text()
# Imported module -> the package in the lock that contains it.
PACKAGES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "google": "protobuf",
    "numba": "numba",
    "llvmlite": "llvmlite",
    "threadpoolctl": "threadpoolctl",
    "orjson": "orjson",
    "gunicorn": "gunicorn",
    "uvicorn": "uvicorn",
    "uvicorn_worker": "uvicorn-worker",
    "httptools": "httptools",
    "click": "click",
    "zmq": "pyzmq",
    "polars": "polars",
    "_polars_runtime_32": "polars-runtime-32",
    "janome": "janome",
    "pythainlp": "pythainlp",
    "rjieba": "rjieba",
}
# h11 is uvicorn's other parser of HTTP, which it requires; the optional ones are imported where they are
# installed.
UNUSED = {"h11"}
OPTIONAL = {"typing_extensions", "yaml", "colorama", "coverage", "_distutils_hack"}


def copies() -> list[tuple[list[str], str]]:
    instructions = DOCKERFILE.replace("\\\n", "")
    lines = re.findall(r"^COPY (?:--\S+ )?(.+)$", instructions, re.MULTILINE)
    return [(line.split()[:-1], line.split()[-1]) for line in lines]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The files that the COPY lines put into the image's working directory."""
    for sources, target in copies():
        if target.startswith("/"):
            continue
        for source in sources:
            folder = tmp_path / target
            if source.endswith("/"):
                shutil.copytree(ROOT / source, folder, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                folder.mkdir(exist_ok=True, parents=True)
                for path in ROOT.glob(source):
                    shutil.copy(path, folder)
    return tmp_path


def test_copied_files_exist_and_are_not_ignored() -> None:
    ignore = (ROOT / "container" / "Dockerfile.dockerignore").read_text().split("\n")
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    sources = {source for found, _ in copies() for source in found}
    assert all(list(ROOT.glob(source.rstrip("/"))) for source in sources)
    assert {source.rstrip("/") for source in sources} == allowed


def test_the_copied_files_import_exactly_the_installed_packages(program: Path) -> None:
    files = "(getattr(module, '__file__', None) for module in sys.modules.values())"
    modules = "container.training.job, container.serve, container.serving.warm_up, data_prep.text.preparation"
    segment = "[segmenters.segment(polars.Series(['a']), language) for language in segmenters.SEGMENTED]"
    imports = f"import {modules}, polars, sys; from data_prep.text import segmenters"
    script = f"{imports}; {segment}; print(*{files}, sep='\\n')"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=program, capture_output=True, text=True, check=True, timeout=60
    )
    assert set(re.findall(r"/site-packages/(\w+)[/.]", ended.stdout)) - OPTIONAL == set(PACKAGES)


def test_the_packages_are_taken_from_the_lock_with_their_hashes() -> None:
    ((names, script),) = re.findall(r"awk -v names='([^']+)' \\\n +'([^']+)'", DOCKERFILE)
    cut = subprocess.run(
        ["awk", "-v", f"names={names}", script, str(ROOT / "requirements.txt")],  # noqa: S607 -- any awk
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    blocks = re.split(r"\n(?=\S)", cut.strip())
    assert {block.partition("==")[0] for block in blocks} == {*PACKAGES.values(), *UNUSED}
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_packages_require_no_others() -> None:
    required = {
        canonicalize_name(requirement.name)
        for package in (*PACKAGES.values(), *UNUSED)
        for requirement in map(Requirement, importlib.metadata.requires(package) or [])
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert required <= {*PACKAGES.values(), *UNUSED}


def test_compiled_code_is_cached(program: Path) -> None:
    first = compiled(program)
    assert "csv_scanner" in {path.name.partition(".")[0] for path in first}
    assert compiled(program) == first


def compiled(program: Path) -> dict[Path, int]:
    """Run the image's last build step; return the cached files with their modification times."""
    settings = dict(re.findall(r"(NUMBA_\w+)=(\S*)", DOCKERFILE)) | {
        "NUMBA_CACHE_DIR": str(program / ".numba")
    }
    command = [sys.executable, "-m", "container.serving.warm_up"]
    subprocess.run(command, cwd=program, env={**os.environ, **settings}, check=True, timeout=120)
    return {path: path.stat().st_mtime_ns for path in (program / ".numba").rglob("*.nb?")}


@pytest.mark.parametrize("name", ["train", "serve"])
def test_the_executables_start_the_programs(name: str) -> None:
    path = ROOT / "container" / "bin" / name
    assert path.stat().st_mode & stat.S_IXUSR
    last = path.read_text().splitlines()[-1]
    assert last.startswith(f"exec python -m container.{name}")
    assert ("--host 0.0.0.0" in last) == (name == "serve")


def test_the_image_runs_as_root_as_sagemaker_expects() -> None:
    assert not re.search(r"^USER", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize(
    ("image", "known"),
    [
        ("766337827248.dkr.ecr.us-east-1.amazonaws.com/lda:1", True),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/spectral-lda:1", True),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/spectral-lda:2026-01", True),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/xgboost:1", False),
        ("766337827248.dkr.ecr.us-east-1.amazonaws.com/lda:2", False),
    ],
)
def test_the_local_programs_replace_both_images_and_no_other(image: str, known: bool) -> None:  # noqa: FBT001 -- a case
    images = tomllib.loads((ROOT / "container" / "local-images.toml").read_text())["image"]
    matching = [entry for entry in images if fnmatch(image, entry["pattern"])]
    assert len(matching) == known
    for entry in matching:
        assert entry["train"] == ["python", "-m", "container.train"]
        assert entry["serve"] == ["python", "-m", "container.serve"]
        assert re.search(
            entry["metrics"]["test:pwll"], "#quality_metric: host=algo-1, test pwll <score>=-2.31"
        )
