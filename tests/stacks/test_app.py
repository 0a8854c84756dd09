"""A synthesis: deterministic, quiet (conftest.py), without credentials; a mistake ends it with a sentence."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

NAMES = {
    "dev": ["DevStorage", "DevTraining", "DevServing"],
    "prod": ["ProdStorage", "ProdTraining", "ProdServing"],
}


def templates_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.template.json"))}


def test_one_synthesis_is_the_three_stacks_of_one_environment(
    assembly: Callable[..., Path], environment: str
) -> None:
    names = set(templates_in(assembly(environment=environment)))
    assert names == {f"{name}.template.json" for name in NAMES[environment]}


def test_two_syntheses_are_byte_equal(
    assembly: Callable[..., Path],
    synthesize: Callable[..., CompletedProcess[str]],
    environment: str,
    tmp_path: Path,
) -> None:
    # Another process, another hash seed, a later moment: the same bytes, and assets of the same hashes.
    finished = synthesize(tmp_path, hash_seed="4711", environment=environment)
    assert finished.returncode == 0, finished.stderr
    first = assembly(environment=environment)
    assert templates_in(tmp_path) == templates_in(first)
    assert {path.name for path in tmp_path.glob("asset.*")} == {path.name for path in first.glob("asset.*")}


@pytest.mark.parametrize("setting", [{"environment": "qa"}, {"region": "eu-north-1"}, {"num_topic": "3"}])
def test_a_mistaken_setting_ends_the_synthesis_with_one_sentence(
    synthesize: Callable[..., CompletedProcess[str]], tmp_path: Path, setting: dict[str, str]
) -> None:
    finished = synthesize(tmp_path, **setting)
    assert finished.returncode == 1
    assert len(finished.stderr.strip().splitlines()) == 1
    assert next(iter(setting.values())) in finished.stderr or next(iter(setting)) in finished.stderr
    assert not templates_in(tmp_path)


def test_what_can_be_tagged_names_its_project_and_environment(
    template: Callable[..., dict[str, Any]], environment: str
) -> None:
    tags = {"environment": environment, "project": "lda"}
    for kind in ("Storage", "Training", "Serving"):
        for name, resource in template(kind, environment=environment)["Resources"].items():
            given = resource.get("Properties", {}).get("Tags")
            if isinstance(given, list):
                given = {tag["Key"]: tag["Value"] for tag in given}
            assert given is None or given.items() >= tags.items(), name
