"""A model that cannot serve never takes the place of one that does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.end_to_end.machine import IMAGES, ROOT, Machine, Project, machine_in

pytestmark = pytest.mark.end_to_end

SERVE = """
import os, sys
from pathlib import Path
if Path({flag!r}).exists():
    sys.exit("the model server was told to fail")
os.execve(sys.executable, [sys.executable, "-m", "container.serve"], os.environ | {{"PYTHONPATH": {root!r}}})
"""


@pytest.fixture(scope="module")
def flag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """While this file exists, model servers exit at their start."""
    return tmp_path_factory.mktemp("flag") / "fail"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, deployed: Path, flag: Path) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("machine")
    serve, train = folder / "serve.py", folder / "train.py"
    serve.write_text(SERVE.format(flag=str(flag), root=str(ROOT)))
    train.write_text(
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from runpy import run_module\n"
        "run_module('container.train', run_name='__main__', alter_sys=True)\n"
    )
    (folder / "images").mkdir()
    images = folder / "images" / "images.toml"
    images.write_text(
        IMAGES.read_text()
        .replace('["python", "-m", "container.serve"]', f'["python", "{serve}"]')
        .replace('["python", "-m", "container.train"]', f'["python", "{train}"]')
    )
    with machine_in(folder, images, state=deployed) as machine:
        yield machine


def test_a_server_that_does_not_come_up_rolls_back_and_the_old_endpoint_answers(
    project: Project, flag: Path, griffiths: tuple[Any, ...]
) -> None:
    first = project.run()
    first.succeeded()
    before = project.predict(griffiths[2][:3])

    flag.touch()
    failed = project.run(alpha0=0.5)
    flag.unlink()

    assert (failed.status, failed.error) == ("FAILED", "PromotionFailed")
    assert "ping" in failed.cause
    assert "/aws/sagemaker/Endpoints/lda-dev" in failed.cause
    np.testing.assert_array_equal(project.predict(griffiths[2][:3]), before)
    stack = project.machine.client("cloudformation").describe_stacks(StackName="DevServing")["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert project.model_data_url() == first.output["model_data_url"]

    mended = project.run(alpha0=0.5)
    mended.succeeded()
    assert mended.output["promoted"] is True
