"""Bulk scoring: each row equals the response of the endpoint, and no model is left."""

from typing import Any

import numpy as np
import pytest

from tests.end_to_end.helpers.bulk_scoring import BulkScoring
from tests.end_to_end.helpers.deployment import Deployment, Outcome
from tests.end_to_end.helpers.polling import wait_until

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def first_execution(deployment: Deployment) -> Outcome:
    """The execution that promotes the first model."""
    return deployment.run().require_success()


@pytest.fixture
def bulk(deployment: Deployment, first_execution: Outcome) -> BulkScoring:
    assert first_execution.output["promoted"]
    return BulkScoring(deployment)


def test_the_scores_of_the_test_split_equal_the_predictions_of_the_endpoint(
    bulk: BulkScoring, deployment: Deployment, first_execution: Outcome, griffiths: tuple[Any, ...]
) -> None:
    notifications = deployment.subscribe()
    outcome = bulk.run().require_success()
    assert outcome.output["training_job"] == first_execution.output["training_job"]
    assert (outcome.output["objects"], outcome.output["documents"]) == (1, 400)
    (mixtures,) = bulk.results(outcome).values()
    np.testing.assert_allclose(mixtures, deployment.predict(griffiths[2][1600:]), atol=1e-9)
    (message,) = notifications.messages()
    assert f"(400 documents) are scored by the model of {first_execution.output['training_job']}" in message
    assert (bulk.models(), bulk.jobs("Completed")) == ([], [outcome.output["transform_job"]])


def test_each_csv_file_of_a_prefix_is_scored_to_its_own_object(
    bulk: BulkScoring, deployment: Deployment, griffiths: tuple[Any, ...]
) -> None:
    files = {"a.csv": griffiths[2][:7], "b/c.csv": griffiths[2][7:20]}
    for name, counts in files.items():
        bulk.put(f"datasets/mine/{name}", counts)
    outcome = bulk.run(prefix="datasets/mine/").require_success()
    mixtures = bulk.results(outcome)
    assert set(mixtures) == {f"{name}.out" for name in files}
    for name, counts in files.items():
        np.testing.assert_allclose(mixtures[f"{name}.out"], deployment.predict(counts), atol=1e-9)


def test_invalid_input_is_refused_before_a_job_is_created(bulk: BulkScoring) -> None:
    before = bulk.jobs("Completed", "Failed", "Stopped")
    outcome = bulk.run(dataset="nowhere", training_job="lda-dev-never")
    assert (outcome.status, outcome.error) == ("FAILED", "InvalidInput")
    assert outcome.cause.startswith("2 problems: (1) There is no dataset 'nowhere'")
    assert bulk.jobs("Completed", "Failed", "Stopped") == before


def test_documents_of_another_vocabulary_size_are_refused_before_a_job_is_created(
    bulk: BulkScoring,
) -> None:
    before = bulk.jobs("Completed", "Failed", "Stopped")
    bulk.put("datasets/narrow/a.csv", np.ones((3, 4)))
    outcome = bulk.run(prefix="datasets/narrow/")
    assert (outcome.status, outcome.error) == ("FAILED", "InvalidInput")
    assert outcome.cause.startswith("The documents of datasets/narrow/a.csv are over 4 words")
    assert bulk.jobs("Completed", "Failed", "Stopped") == before


def test_a_failed_job_names_its_log_group_and_leaves_no_model(bulk: BulkScoring) -> None:
    bulk.put("datasets/negative/a.csv", np.vstack([np.ones(25), -np.ones(25)]))
    outcome = bulk.run(prefix="datasets/negative/")
    assert (outcome.status, outcome.error) == ("FAILED", "TransformFailed")
    assert "of the log group /aws/sagemaker/TransformJobs." in outcome.cause
    assert (bulk.models(), len(bulk.jobs("Failed"))) == ([], 1)


def test_an_aborted_execution_stops_its_job_and_deletes_its_model(bulk: BulkScoring) -> None:
    states = bulk.deployment.local_aws.client("stepfunctions")
    execution = bulk.start(split="train")
    wait_until(lambda: bulk.jobs("InProgress"))
    assert len(bulk.models()) == 1
    states.stop_execution(executionArn=execution)
    wait_until(lambda: not bulk.models() and bulk.jobs("Stopped"))
    assert bulk.jobs("InProgress", "Stopping") == []


def test_a_promotion_during_a_transform_job_does_not_affect_its_results(
    bulk: BulkScoring, deployment: Deployment, first_execution: Outcome, griffiths: tuple[Any, ...]
) -> None:
    before = deployment.predict(griffiths[2][1600:])
    training = deployment.start(alpha0=0.5)
    wait_until(lambda: "Promote" in deployment.entered_states(training))
    execution = bulk.start(training_job=first_execution.output["training_job"])
    assert deployment.finish(training).require_success().output["promoted"]
    (mixtures,) = bulk.results(deployment.finish(execution).require_success()).values()
    np.testing.assert_allclose(mixtures, before, atol=1e-9)

    (mixtures,) = bulk.results(bulk.run().require_success()).values()
    np.testing.assert_allclose(mixtures, deployment.predict(griffiths[2][1600:]), atol=1e-9)
    assert bulk.models() == []
