"""Executions of training: sweeps, dry runs, earlier models, concurrency, aborts, retries."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pytest

from tests.end_to_end.helpers.deployment import Deployment, Outcome
from tests.end_to_end.helpers.notification_queue import NotificationQueue
from tests.end_to_end.helpers.polling import wait_until

pytestmark = pytest.mark.end_to_end


@dataclass
class EndpointLoad:
    """Repeats a request for one document until the `with` block ends."""

    deployment: Deployment
    document: np.ndarray[Any, Any]
    predictions: list[np.ndarray[Any, Any]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._send_requests)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _send_requests(self) -> None:
        while not self._stopped.wait(0.05):
            try:
                self.predictions.append(self.deployment.predict(self.document)[0])
            except Exception as error:  # noqa: BLE001 -- the test asserts that there is none
                self.errors.append(error)

    @property
    def topic_counts(self) -> set[int]:
        """Check that each prediction is a topic mixture, and return their numbers of topics."""
        assert self.errors == []
        assert self.predictions
        assert all(abs(prediction.sum() - 1) < 1e-4 for prediction in self.predictions)
        return {len(prediction) for prediction in self.predictions}


@pytest.fixture(scope="module")
def notifications(deployment: Deployment) -> NotificationQueue:
    return deployment.subscribe()


@pytest.fixture(scope="module")
def dataset(deployment: Deployment, small_splits: tuple[Any, Any]) -> str:
    deployment.upload("small", *small_splits)
    return "small"


@pytest.fixture(scope="module")
def sweep(
    deployment: Deployment, dataset: str, notifications: NotificationQueue
) -> Iterator[tuple[Outcome, list[str]]]:
    """Six candidates, of which one job fails, and the notifications."""
    with deployment.local_aws.fault("training-job", "ClientError: injected failure"):
        outcome = deployment.run(
            dataset=dataset, num_topics=[2, 3, 4], alpha0=[0.5, 1.0], started_by="a test"
        )
        yield outcome.require_success(), notifications.messages()


def evaluation(deployment: Deployment, job: str) -> dict[str, Any]:
    bucket, key = deployment.output("Storage", "DataBucketName"), f"evaluations/{job}/evaluation.json"
    report: dict[str, Any] = json.loads(
        deployment.local_aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    )
    return report


def completed(outcome: Outcome) -> list[dict[str, Any]]:
    return [run for run in outcome.output["runs"] if run["completion"] is not None]


def test_a_dry_run_reports_its_candidates_and_trains_nothing(deployment: Deployment, dataset: str) -> None:
    before = deployment.training_jobs()
    report = deployment.run(dataset=dataset, num_topics=[2, 3], dry_run=True).require_success().output
    assert report["candidates"] == [{"num_topics": 2, "alpha0": 1}, {"num_topics": 3, "alpha0": 1}]
    assert report["documents"] == {"train": 200, "test": 50}
    assert report["training"]["max_cost"] is None
    assert deployment.training_jobs() == before


def test_the_best_candidate_of_a_sweep_is_promoted_although_one_failed(
    sweep: tuple[Outcome, list[str]], deployment: Deployment
) -> None:
    outcome, _ = sweep
    assert len(outcome.output["runs"]) == 6
    (failed,) = [run for run in outcome.output["runs"] if run["pwll"] is None]
    assert "injected failure" in failed["reason"]
    (chosen,) = [run for run in completed(outcome) if run["difference"] is None]
    assert (outcome.output["promoted"], outcome.output["training_job"]) == (True, chosen["training_job"])
    assert outcome.output["completion"] == chosen["completion"]
    # No candidate with fewer topics predicts as well.
    smaller = [run for run in completed(outcome) if run["num_topics"] < chosen["num_topics"]]
    assert all(run["difference"]["mean"] < 0 for run in smaller)
    assert deployment.model_data_url() == outcome.output["model_data_url"]


def test_every_candidate_has_an_evaluation_with_its_dataset_and_origin(
    sweep: tuple[Outcome, list[str]], deployment: Deployment
) -> None:
    outcome, _ = sweep
    for run in completed(outcome):
        report = evaluation(deployment, run["training_job"])
        assert (report["dataset"], report["started_by"]) == ("small", "a test")
        assert report["pwll"] == pytest.approx(run["pwll"])
        assert report["hyperparameters"]["num_topics"] == str(run["num_topics"])
        promoted = run["training_job"] == outcome.output["training_job"]
        assert report["decision"] == ("promote" if promoted else "reject")
        assert len(report["runs"]) == 6


def test_the_notification_lists_all_candidates_and_the_decision(sweep: tuple[Outcome, list[str]]) -> None:
    outcome, messages = sweep
    (message,) = messages
    assert all(run["training_job"] in message for run in outcome.output["runs"])
    assert f"completion is {outcome.output['completion']:.4f} per word" in message
    assert "#/v2/executions/details/arn:aws:states:" in message


def test_an_earlier_model_is_promoted_while_the_endpoint_serves(
    sweep: tuple[Outcome, list[str]],
    deployment: Deployment,
    small_splits: tuple[Any, Any],
    notifications: NotificationQueue,
) -> None:
    serving_topics = len(deployment.predict(small_splits[1][:1])[0])
    earlier = next(run for run in completed(sweep[0]) if run["num_topics"] != serving_topics)
    jobs = deployment.training_jobs()
    with EndpointLoad(deployment, small_splits[1][:1]) as load:
        outcome = deployment.run(promote_training_job=earlier["training_job"]).require_success()
        wait_until(lambda: load.errors or len(load.predictions[-1]) == earlier["num_topics"])
    assert load.topic_counts == {serving_topics, earlier["num_topics"]}
    assert (outcome.output["promoted"], outcome.output["training_job"]) == (True, earlier["training_job"])
    assert deployment.training_jobs() == jobs
    (message,) = notifications.messages()
    assert earlier["training_job"] in message


def test_a_model_that_fails_its_smoke_test_is_rolled_back(
    sweep: tuple[Outcome, list[str]], deployment: Deployment, small_splits: tuple[Any, Any]
) -> None:
    before = deployment.model_data_url()
    candidate = next(run for run in completed(sweep[0]) if run["training_job"] not in before)
    with deployment.local_aws.fault(
        "sagemaker:InvokeEndpoint", "ModelError", "--message", "injected failure"
    ):
        outcome = deployment.run(promote_training_job=candidate["training_job"])
    assert (outcome.status, outcome.error) == ("FAILED", "SmokeTestFailed")
    assert f"The endpoint serves {before} again." in outcome.cause
    assert deployment.model_data_url() == before
    assert deployment.predict(small_splits[1][:1]).shape[0] == 1


def test_concurrent_executions_both_succeed_and_one_of_their_models_serves(
    deployment: Deployment, dataset: str, sweep: tuple[Outcome, list[str]], small_splits: tuple[Any, Any]
) -> None:
    assert sweep
    with EndpointLoad(deployment, small_splits[1][:1]) as load:
        started = [deployment.start(dataset=dataset, num_topics=topics) for topics in (2, 3)]
        outcomes = [deployment.finish(execution).require_success() for execution in started]
    assert load.topic_counts
    promoted = [o.output["model_data_url"] for o in outcomes if o.output["promoted"]]
    assert deployment.model_data_url() in promoted or not promoted


@pytest.mark.parametrize("state", ["Train", "WaitForUpdate"])
def test_an_aborted_execution_stops_its_job_and_the_endpoint_keeps_serving(
    deployment: Deployment,
    dataset: str,
    small_splits: tuple[Any, Any],
    notifications: NotificationQueue,
    state: str,
) -> None:
    deployment.run(dataset=dataset, num_topics=3).require_success()
    notifications.messages()
    with EndpointLoad(deployment, small_splits[1][:1]) as load:
        execution = deployment.start(dataset=dataset, num_topics=4)
        wait_until(lambda: state in deployment.entered_states(execution))
        deployment.local_aws.client("stepfunctions").stop_execution(executionArn=execution)
        assert deployment.finish(execution).status == "ABORTED"
        wait_until(lambda: not deployment.running_jobs())
        wait_until(deployment.is_serving_stack_stable)
    assert load.topic_counts <= {3, 4}
    wait_until(lambda: any("abort" in message.lower() for message in notifications.messages()))


@pytest.mark.parametrize(
    ("error", "message"),
    [("ThrottlingException", "Rate exceeded"), ("CapacityError", "")],
)
def test_a_temporary_failure_is_retried_under_a_new_job_name(
    deployment: Deployment, dataset: str, error: str, message: str
) -> None:
    fault = (
        ("training-job", "CapacityError: Unable to provision requested ML compute capacity.")
        if error == "CapacityError"
        else ("sagemaker:CreateTrainingJob", error, "--message", message)
    )
    with deployment.local_aws.fault(*fault):
        outcome = deployment.run(dataset=dataset, num_topics=3, promote=False).require_success()
    assert outcome.output["training_job"].endswith("-1")


def test_every_problem_of_an_input_is_reported_together(deployment: Deployment, dataset: str) -> None:
    outcome = deployment.run(dataset=dataset, num_topics=[3, 1000], alpha0=-1, promote="yes")
    assert outcome.error == "InvalidInput"
    assert "alpha0" in outcome.cause
    assert "promote" in outcome.cause
