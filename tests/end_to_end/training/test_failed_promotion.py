"""A failed promotion: the stack rolls back and the previous model keeps serving."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.end_to_end.helpers.deployment import Deployment
from tests.end_to_end.helpers.local_aws_server import IMAGES, ROOT, LocalAws, running_local_aws

pytestmark = pytest.mark.end_to_end

SERVE = """
import os, sys
from pathlib import Path
if Path({flag!r}).exists():
    sys.exit("injected failure of the model server")
os.execve(sys.executable, [sys.executable, "-m", "container.serve"], os.environ | {{"PYTHONPATH": {root!r}}})
"""


@pytest.fixture(scope="module")
def flag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """While this file exists, model servers exit when they start."""
    return tmp_path_factory.mktemp("flag") / "fail"


@pytest.fixture(scope="module")
def local_aws(
    tmp_path_factory: pytest.TempPathFactory, deployed_state: Path, flag: Path
) -> Iterator[LocalAws]:
    folder = tmp_path_factory.mktemp("local-aws")
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
    with running_local_aws(folder, images, state=deployed_state) as local_aws:
        yield local_aws


def test_a_failed_model_server_start_rolls_back_to_the_previous_model(
    deployment: Deployment, flag: Path, griffiths: tuple[Any, ...]
) -> None:
    promoted = deployment.run()
    promoted.require_success()
    before = deployment.predict(griffiths[2][:3])

    flag.touch()
    failed = deployment.run(alpha0=0.5)
    flag.unlink()

    assert (failed.status, failed.error) == ("FAILED", "PromotionFailed")
    assert "ping" in failed.cause
    assert "/aws/sagemaker/Endpoints/lda-dev" in failed.cause
    np.testing.assert_array_equal(deployment.predict(griffiths[2][:3]), before)
    stack = deployment.local_aws.client("cloudformation").describe_stacks(StackName="DevServing")["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.model_data_url() == promoted.output["model_data_url"]

    retried = deployment.run(alpha0=0.5)
    retried.require_success()
    assert retried.output["promoted"] is True
