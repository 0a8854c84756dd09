"""The wheels of this repository work in an empty environment, and from another folder."""

import json
import tomllib
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.packaging.conftest import ROOT, Installed

MEMBERS = ["spectral_lda", "data_prep", "local_aws"]
FIT = """
import numpy as np, spectral_lda
counts = np.random.default_rng(0).poisson(2.0, (200, 12))
model = spectral_lda.fit(counts, 2, seed=0)
print(spectral_lda.__file__, model.beta.shape)
"""


def project(folder: str) -> dict[str, Any]:
    document: dict[str, Any] = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
    return document


def test_the_engine_alone_learns_a_model(install: Callable[..., Installed]) -> None:
    engine = install("spectral_lda")
    assert engine.python(FIT) == f"{engine.folder}/spectral_lda/__init__.py (2, 12)\n"


def test_the_engine_requires_numpy_scipy_numba_and_threadpoolctl() -> None:
    assert project("spectral_lda")["dependencies"] == ["numba", "numpy", "scipy", "threadpoolctl"]


def test_the_codec_works_without_the_rest_of_the_project(
    install: Callable[..., Installed], tmp_path: Path
) -> None:
    program = """
import numpy as np
from data_prep import recordio
recordio.write(sys.argv[1], np.eye(3))
print(recordio.read(sys.argv[1]).shape)
"""
    assert install("data_prep").python(program, str(tmp_path / "counts.pbr")) == "(3, 3)\n"


def test_the_local_aws_prints_its_help_without_the_rest_of_the_project(
    install: Callable[..., Installed],
) -> None:
    program = "sys.argv = ['local-aws', '--help']; from local_aws.cli import main; main()"
    assert "up" in install("local_aws").python(program)


def test_topics_runs_from_another_folder(install: Callable[..., Installed]) -> None:
    program = "sys.argv = ['topics', '--help']; from client.cli import main; main()"
    assert "encode" in install(".").python(program)


def test_topics_are_learned_from_text_without_boto3(
    install: Callable[..., Installed], tmp_path: Path
) -> None:
    rows = [f"{'ant bee cat dog' if number % 2 else 'fig kiwi lime pear'} {number}" for number in range(60)]
    (tmp_path / "articles.csv").write_text("text,label\n" + "".join(f"{row},x\n" for row in rows))
    program = """
from client.cli import main
for line in (
    "learn articles.csv --column text --num-topics 2 --output out --json",
    "show out --words 4 --json",
    "predict ant --model out --json",
    "--version",
):
    assert main(line.split()) == 0
assert "boto3" not in sys.modules and "sklearn" not in sys.modules
"""
    learned, shown, predicted, version = install(".").python(program).splitlines()
    assert json.loads(learned)["num_topics"] == 2
    assert sorted(sorted(topic["words"]) for topic in json.loads(shown)) == [
        ["ant", "bee", "cat", "dog"],
        ["fig", "kiwi", "lime", "pear"],
    ]
    assert max(json.loads(predicted)["predictions"][0]["topic_mixture"]) > 0.5
    assert version == project(".")["version"]


@pytest.mark.parametrize("folder", [*MEMBERS, "."])
def test_a_wheel_has_packages_and_no_settings_of_tools(folder: str, build: Callable[[str], Path]) -> None:
    names = ZipFile(build(folder)).namelist()
    packages = (
        [folder] if folder != "." else ["client", "container", "data_prep", "local_aws", "spectral_lda"]
    )
    assert all(f"{package}/py.typed" in names for package in packages)
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == set(packages)
    assert not [name for name in names if name.endswith((".toml", "Dockerfile")) and "images" not in name]


def test_all_distributions_have_one_version() -> None:
    assert {project(folder)["version"] for folder in [*MEMBERS, "."]} == {project(".")["version"]}


@pytest.mark.parametrize("folder", MEMBERS)
def test_the_whole_project_requires_what_its_parts_require(folder: str) -> None:
    whole = project(".")
    everything = {*whole["dependencies"], *chain(*whole["optional-dependencies"].values())}
    assert set(project(folder)["dependencies"]) <= everything
