"""A process that is killed at any moment leaves a state that the next command explains and recovers from."""

from typing import Any

import numpy as np
import pytest

from tests.end_to_end.machine import Machine, Project, kill, processes, until

pytestmark = pytest.mark.end_to_end


def children(machine: Machine, program: str) -> list[int]:
    """The processes of this machine that run a program of the container."""
    own = str(machine.state).encode()
    return [pid for pid in processes(program) if own in environment_of(pid)]


def environment_of(pid: int) -> bytes:
    from pathlib import Path

    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def test_a_training_process_that_is_killed_fails_the_run_with_a_sentence(project: Project) -> None:
    execution = project.start_endless()
    (training,) = until(lambda: children(project.machine, r"container\.train"))
    kill(training)
    outcome = project.finish(execution)
    assert (outcome.status, outcome.error) == ("FAILED", "TrainingFailed")
    assert "ended by SIGKILL, exit code: 137" in outcome.cause


def test_a_model_server_that_is_killed_comes_back(project: Project, griffiths: tuple[Any, ...]) -> None:
    project.run().succeeded()
    before = project.predict(griffiths[2][:3])
    servers = children(project.machine, r"container\.serve")
    kill(min(servers))  # the one that the others are forked from, and end with
    until(lambda: set(children(project.machine, r"container\.serve")) - set(servers))
    until(lambda: answers(project, griffiths))
    np.testing.assert_array_equal(project.predict(griffiths[2][:3]), before)


def answers(project: Project, griffiths: tuple[Any, ...]) -> bool:
    client = project.machine.client("sagemaker-runtime")
    body = ",".join(f"{n:g}" for n in griffiths[2][0])
    try:
        client.invoke_endpoint(EndpointName="lda-dev", ContentType="text/csv", Body=body)["Body"].read()
    except client.exceptions.ClientError:
        return False
    return True


def test_after_a_clean_restart_the_endpoint_answers_and_the_next_run_works(
    project: Project, griffiths: tuple[Any, ...]
) -> None:
    before = project.predict(griffiths[2][:3])
    project.machine.down()
    assert children(project.machine, r"container\.(serve|train)") == []
    project.machine.up()
    until(lambda: answers(project, griffiths))
    np.testing.assert_array_equal(project.predict(griffiths[2][:3]), before)
    project.run(promote=False).succeeded()


def test_after_the_machine_is_killed_up_says_what_is_lost_and_the_next_run_works(
    project: Project, griffiths: tuple[Any, ...]
) -> None:
    project.start_endless()
    until(lambda: children(project.machine, r"container\.train"))
    kill(project.machine.server_pid())
    said = project.machine.up()
    assert "What changed after its last finished stack operation or execution is lost" in said
    assert children(project.machine, r"container\.train") == []
    until(lambda: answers(project, griffiths))
    project.run(promote=False).succeeded()
    assert project.machine.cdk("diff", "--fail").returncode == 0
