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


def test_an_endpoint_that_was_deleted_by_hand_is_found_before_a_job_is_paid_for(
    deployment: Deployment, griffiths: tuple[Any, ...]
) -> None:
    assert deployment.model_data_url()
    sagemaker = deployment.local_aws.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName="lda-dev")
    sagemaker.get_waiter("endpoint_deleted").wait(
        EndpointName="lda-dev", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    jobs = deployment.training_jobs()
    refused = deployment.run()
    assert (refused.status, refused.error) == ("FAILED", "InvalidInput")
    assert "The endpoint lda-dev doesn't exist" in refused.cause
    assert deployment.training_jobs() == jobs

    cloudformation = deployment.local_aws.client("cloudformation")
    cloudformation.update_stack(
        StackName="DevServing",
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "ModelDataUrl", "ParameterValue": ""},
            {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
        ],
    )
    cloudformation.get_waiter("stack_update_complete").wait(
        StackName="DevServing", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert deployment.run().require_success().output["promoted"] is True
    assert deployment.predict(griffiths[2][:1]).shape == (1, 10)
