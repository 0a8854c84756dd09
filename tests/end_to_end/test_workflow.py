"""What a team does with the state machine: sweep, look before spending, go back, run two at once, abort."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pytest

from tests.end_to_end.machine import Mailbox, Outcome, Project, until

pytestmark = pytest.mark.end_to_end


@dataclass
class Asking:
    """Asks the endpoint for one document, over and over, until it is told to stop."""

    project: Project
    document: np.ndarray[Any, Any]
    answers: list[np.ndarray[Any, Any]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._stopped.wait(0.05):
            try:
                self.answers.append(self.project.predict(self.document)[0])
            except Exception as error:  # noqa: BLE001 -- the test looks at whatever it was
                self.errors.append(error)

    @property
    def topics(self) -> set[int]:
        """How many topics the models had that answered; each answer must be a whole one."""
        assert self.errors == []
        assert self.answers
        assert all(abs(answer.sum() - 1) < 1e-4 for answer in self.answers)
        return {len(answer) for answer in self.answers}


@pytest.fixture(scope="module")
def mailbox(project: Project) -> Mailbox:
    return project.mailbox()


@pytest.fixture(scope="module")
def dataset(project: Project, small: tuple[Any, Any]) -> str:
    project.upload("small", *small)
    return "small"


@pytest.fixture(scope="module")
def sweep(project: Project, dataset: str, mailbox: Mailbox) -> Iterator[tuple[Outcome, list[str]]]:
    """Six candidates, of which one job fails, and the mail about it."""
    with project.machine.fault("training-job", "ClientError: told to fail"):
        outcome = project.run(dataset=dataset, num_topics=[2, 3, 4], alpha0=[0.5, 1.0], started_by="a test")
        yield outcome.succeeded(), mailbox.messages()


def evaluation(project: Project, job: str) -> dict[str, Any]:
    bucket, key = project.output("Storage", "DataBucketName"), f"evaluations/{job}/evaluation.json"
    read: dict[str, Any] = json.loads(
        project.machine.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    )
    return read


def completed(outcome: Outcome) -> list[dict[str, Any]]:
    return [run for run in outcome.output["runs"] if run["pwll"] is not None]


def test_a_dry_run_says_what_would_be_trained_and_trains_nothing(project: Project, dataset: str) -> None:
    before = project.training_jobs()
    report = project.run(dataset=dataset, num_topics=[2, 3], dry_run=True).succeeded().output
    assert report["candidates"] == [{"num_topics": 2, "alpha0": 1}, {"num_topics": 3, "alpha0": 1}]
    assert report["documents"] == {"train": 200, "test": 50}
    assert report["training"]["max_cost"] is None
    assert project.training_jobs() == before


def test_the_best_of_a_sweep_is_promoted_and_one_failure_sinks_nothing(
    sweep: tuple[Outcome, list[str]], project: Project
) -> None:
    outcome, _ = sweep
    assert len(outcome.output["runs"]) == 6
    (failed,) = [run for run in outcome.output["runs"] if run["pwll"] is None]
    assert "told to fail" in failed["reason"]
    best = max(completed(outcome), key=lambda run: run["pwll"])
    assert (outcome.output["promoted"], outcome.output["training_job"]) == (True, best["training_job"])
    assert project.model_data_url() == outcome.output["model_data_url"]


def test_every_candidate_stays_listed_with_its_data_and_who_started_it(
    sweep: tuple[Outcome, list[str]], project: Project
) -> None:
    outcome, _ = sweep
    for run in completed(outcome):
        found = evaluation(project, run["training_job"])
        assert (found["dataset"], found["started_by"]) == ("small", "a test")
        assert found["pwll"] == pytest.approx(run["pwll"])
        assert found["hyperparameters"]["num_topics"] == str(run["num_topics"])
        chosen = run["training_job"] == outcome.output["training_job"]
        assert found["decision"] == ("promote" if chosen else "reject")
        assert len(found["runs"]) == 6


def test_people_are_told_of_all_candidates_and_of_the_decision(sweep: tuple[Outcome, list[str]]) -> None:
    outcome, messages = sweep
    (message,) = messages
    assert all(run["training_job"] in message for run in outcome.output["runs"])
    assert f"{max(run['pwll'] for run in completed(outcome)):.6g}" in message
    assert "#/v2/executions/details/arn:aws:states:" in message


def test_an_earlier_model_is_promoted_by_its_name_while_the_endpoint_answers(
    sweep: tuple[Outcome, list[str]], project: Project, small: tuple[Any, Any], mailbox: Mailbox
) -> None:
    serving = len(project.predict(small[1][:1])[0])
    earlier = next(run for run in completed(sweep[0]) if run["num_topics"] != serving)
    jobs = project.training_jobs()
    with Asking(project, small[1][:1]) as asking:
        outcome = project.run(promote_training_job=earlier["training_job"]).succeeded()
        until(lambda: asking.errors or len(asking.answers[-1]) == earlier["num_topics"])
    assert asking.topics == {serving, earlier["num_topics"]}
    assert (outcome.output["promoted"], outcome.output["training_job"]) == (True, earlier["training_job"])
    assert project.training_jobs() == jobs
    (message,) = mailbox.messages()
    assert earlier["training_job"] in message


def test_a_model_that_fails_its_smoke_test_gives_way_to_the_one_before_it(
    sweep: tuple[Outcome, list[str]], project: Project, small: tuple[Any, Any]
) -> None:
    before = project.model_data_url()
    other = next(run for run in completed(sweep[0]) if run["training_job"] not in before)
    with project.machine.fault("sagemaker:InvokeEndpoint", "ModelError", "--message", "told to fail"):
        outcome = project.run(promote_training_job=other["training_job"])
    assert (outcome.status, outcome.error) == ("FAILED", "SmokeTestFailed")
    assert f"The endpoint serves {before} again." in outcome.cause
    assert project.model_data_url() == before
    assert project.predict(small[1][:1]).shape[0] == 1


def test_two_runs_at_once_leave_one_whole_model_and_both_say_what_became_of_theirs(
    project: Project, dataset: str, sweep: tuple[Outcome, list[str]], small: tuple[Any, Any]
) -> None:
    assert sweep
    with Asking(project, small[1][:1]) as asking:
        started = [project.start(dataset=dataset, num_topics=topics) for topics in (2, 3)]
        ended = [project.finish(execution).succeeded() for execution in started]
    assert asking.topics
    promoted = [one.output["model_data_url"] for one in ended if one.output["promoted"]]
    assert project.model_data_url() in promoted or not promoted


@pytest.mark.parametrize("state", ["Train", "WaitForUpdate"])
def test_an_aborted_execution_stops_its_job_and_the_endpoint_goes_on(
    project: Project, dataset: str, small: tuple[Any, Any], mailbox: Mailbox, state: str
) -> None:
    project.run(dataset=dataset, num_topics=3).succeeded()
    mailbox.messages()
    with Asking(project, small[1][:1]) as asking:
        execution = project.start(dataset=dataset, num_topics=4)
        until(lambda: state in project.entered(execution))
        project.machine.client("stepfunctions").stop_execution(executionArn=execution)
        assert project.finish(execution).status == "ABORTED"
        until(lambda: not project.running_jobs())
        until(project.serving_stands_still)
    assert asking.topics <= {3, 4}
    until(lambda: any("abort" in message.lower() for message in mailbox.messages()))


@pytest.mark.parametrize(
    ("error", "message"),
    [("ThrottlingException", "Rate exceeded"), ("CapacityError", "")],
)
def test_what_passes_by_itself_is_tried_again_under_a_new_name(
    project: Project, dataset: str, error: str, message: str
) -> None:
    fault = (
        ("training-job", "CapacityError: Unable to provision requested ML compute capacity.")
        if error == "CapacityError"
        else ("sagemaker:CreateTrainingJob", error, "--message", message)
    )
    with project.machine.fault(*fault):
        outcome = project.run(dataset=dataset, num_topics=3, promote=False).succeeded()
    assert outcome.output["training_job"].endswith("-1")


def test_every_problem_of_an_input_is_told_at_once(project: Project, dataset: str) -> None:
    outcome = project.run(dataset=dataset, num_topics=[3, 1000], alpha0=-1, promote="yes")
    assert outcome.error == "InvalidInput"
    assert "alpha0" in outcome.cause
    assert "promote" in outcome.cause
