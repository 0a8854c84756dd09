"""Recovery after a training process, a model server or the local AWS is stopped or killed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.end_to_end.helpers.deployment import Deployment
from tests.end_to_end.helpers.local_aws_server import LocalAws
from tests.end_to_end.helpers.polling import wait_until
from tests.end_to_end.helpers.processes import kill, processes

pytestmark = pytest.mark.end_to_end


def children(local_aws: LocalAws, program: str) -> list[int]:
    """The processes of this local AWS that run a program of the container."""
    own = str(local_aws.state).encode()
    return [pid for pid in processes(program) if own in environment_of(pid)]


def environment_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def test_an_execution_fails_with_the_exit_code_of_a_killed_training_process(deployment: Deployment) -> None:
    execution = deployment.start_endless_training()
    (training,) = wait_until(lambda: children(deployment.local_aws, r"container\.train"))
    kill(training)
    outcome = deployment.finish(execution)
    assert (outcome.status, outcome.error) == ("FAILED", "TrainingFailed")
    assert "ended by SIGKILL, exit code: 137" in outcome.cause


def test_a_killed_model_server_is_restarted(deployment: Deployment, griffiths: tuple[Any, ...]) -> None:
    deployment.run().require_success()
    before = deployment.predict(griffiths[2][:3])
    servers = children(deployment.local_aws, r"container\.serve")
    kill(min(servers))  # the parent of the workers, which end with it
    wait_until(lambda: set(children(deployment.local_aws, r"container\.serve")) - set(servers))
    wait_until(lambda: endpoint_responds(deployment, griffiths))
    np.testing.assert_array_equal(deployment.predict(griffiths[2][:3]), before)


def endpoint_responds(deployment: Deployment, griffiths: tuple[Any, ...]) -> bool:
    client = deployment.local_aws.client("sagemaker-runtime")
    body = ",".join(f"{n:g}" for n in griffiths[2][0])
    try:
        client.invoke_endpoint(EndpointName="lda-dev", ContentType="text/csv", Body=body)["Body"].read()
    except client.exceptions.ClientError:
        return False
    return True


def test_the_endpoint_and_executions_work_after_a_restart(
    deployment: Deployment, griffiths: tuple[Any, ...]
) -> None:
    before = deployment.predict(griffiths[2][:3])
    deployment.local_aws.down()
    assert children(deployment.local_aws, r"container\.(serve|train)") == []
    deployment.local_aws.up()
    wait_until(lambda: endpoint_responds(deployment, griffiths))
    np.testing.assert_array_equal(deployment.predict(griffiths[2][:3]), before)
    deployment.run(promote=False).require_success()


def test_after_a_kill_up_reports_what_is_lost_and_executions_work(
    deployment: Deployment, griffiths: tuple[Any, ...]
) -> None:
    deployment.start_endless_training()
    wait_until(lambda: children(deployment.local_aws, r"container\.train"))
    kill(deployment.local_aws.server_pid())
    message = deployment.local_aws.up()
    assert "Changes after its last completed stack operation or execution are lost" in message
    assert children(deployment.local_aws, r"container\.train") == []
    wait_until(lambda: endpoint_responds(deployment, griffiths))
    deployment.run(promote=False).require_success()
    assert deployment.local_aws.cdk("diff", "--fail").returncode == 0
