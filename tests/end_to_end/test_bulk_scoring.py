"""Documents scored in bulk: every row as the endpoint answers it, and no model left behind."""

import json
from typing import Any

import numpy as np
import pytest

from tests.end_to_end.machine import Outcome, Project, until

pytestmark = pytest.mark.end_to_end
Counts = np.ndarray[Any, Any]


class Bulk:
    """The second state machine of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.sagemaker = project.machine.client("sagemaker")
        self.s3 = project.machine.client("s3")
        self.bucket = project.output("Storage", "DataBucketName")

    def start(self, **fields: object) -> str:
        arn = self.project.output("Training", "TransformStateMachineArn")
        states = self.project.machine.client("stepfunctions")
        return str(states.start_execution(stateMachineArn=arn, input=json.dumps(fields))["executionArn"])

    def run(self, **fields: object) -> Outcome:
        return self.project.finish(self.start(**fields))

    def put(self, key: str, counts: Counts) -> None:
        body = "".join(",".join(f"{n:g}" for n in row) + "\n" for row in counts)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body.encode())

    def results(self, outcome: Outcome) -> dict[str, Counts]:
        """The topic mixtures of each object of results, by what follows the output's prefix."""
        folder = outcome.output["output"].removeprefix(f"s3://{self.bucket}/")
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=folder)["Contents"]
        return {entry["Key"].removeprefix(folder): self._rows(entry["Key"]) for entry in listed}

    def _rows(self, key: str) -> Counts:
        lines = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode().splitlines()
        return np.array([json.loads(line)["topic_mixture"] for line in lines])

    def jobs(self, *statuses: str) -> list[str]:
        listed = self.sagemaker.list_transform_jobs(MaxResults=100)["TransformJobSummaries"]
        return [job["TransformJobName"] for job in listed if job["TransformJobStatus"] in statuses]

    def models(self) -> list[str]:
        return [
            model["ModelName"]
            for model in self.sagemaker.list_models(NameContains="lda-dev-transform-")["Models"]
        ]


@pytest.fixture(scope="module")
def first(project: Project) -> Outcome:
    """A model in service."""
    return project.run().succeeded()


@pytest.fixture
def bulk(project: Project, first: Outcome) -> Bulk:
    assert first.output["promoted"]
    return Bulk(project)


def test_the_test_split_is_scored_as_the_endpoint_answers_it_document_by_document(
    bulk: Bulk, project: Project, first: Outcome, griffiths: tuple[Any, ...]
) -> None:
    mailbox = project.mailbox()
    outcome = bulk.run().succeeded()
    assert outcome.output["training_job"] == first.output["training_job"]
    assert (outcome.output["objects"], outcome.output["documents"]) == (1, 400)
    (found,) = bulk.results(outcome).values()
    np.testing.assert_allclose(found, project.predict(griffiths[2][1600:]), atol=1e-9)
    (told,) = mailbox.messages()
    assert f"(400 documents) are scored by the model of {first.output['training_job']}" in told
    assert (bulk.models(), bulk.jobs("Completed")) == ([], [outcome.output["transform_job"]])


def test_a_folder_of_csv_files_is_scored_file_by_file(
    bulk: Bulk, project: Project, griffiths: tuple[Any, ...]
) -> None:
    files = {"a.csv": griffiths[2][:7], "b/c.csv": griffiths[2][7:20]}
    for name, counts in files.items():
        bulk.put(f"datasets/mine/{name}", counts)
    outcome = bulk.run(prefix="datasets/mine/").succeeded()
    found = bulk.results(outcome)
    assert set(found) == {f"{name}.out" for name in files}
    for name, counts in files.items():
        np.testing.assert_allclose(found[f"{name}.out"], project.predict(counts), atol=1e-9)


def test_what_cant_be_scored_is_refused_before_anything_is_created(bulk: Bulk) -> None:
    before = bulk.jobs("Completed", "Failed", "Stopped")
    outcome = bulk.run(dataset="nowhere", training_job="lda-dev-never")
    assert (outcome.status, outcome.error) == ("FAILED", "InvalidInput")
    assert outcome.cause.startswith("2 problems: (1) There is no dataset 'nowhere'")
    assert bulk.jobs("Completed", "Failed", "Stopped") == before


def test_documents_over_other_words_than_the_models_are_refused_before_anything_is_created(
    bulk: Bulk,
) -> None:
    before = bulk.jobs("Completed", "Failed", "Stopped")
    bulk.put("datasets/narrow/a.csv", np.ones((3, 4)))
    outcome = bulk.run(prefix="datasets/narrow/")
    assert (outcome.status, outcome.error) == ("FAILED", "InvalidInput")
    assert outcome.cause.startswith("The documents of datasets/narrow/a.csv are over 4 words")
    assert bulk.jobs("Completed", "Failed", "Stopped") == before


def test_a_job_that_fails_says_where_its_log_is_and_leaves_no_model(bulk: Bulk) -> None:
    bulk.put("datasets/negative/a.csv", np.vstack([np.ones(25), -np.ones(25)]))
    outcome = bulk.run(prefix="datasets/negative/")
    assert (outcome.status, outcome.error) == ("FAILED", "TransformFailed")
    assert "of the log group /aws/sagemaker/TransformJobs." in outcome.cause
    assert (bulk.models(), len(bulk.jobs("Failed"))) == ([], 1)


def test_an_aborted_execution_leaves_no_model_and_its_job_is_stopped(bulk: Bulk) -> None:
    states = bulk.project.machine.client("stepfunctions")
    execution = bulk.start(split="train")
    until(lambda: bulk.jobs("InProgress"))
    assert len(bulk.models()) == 1
    states.stop_execution(executionArn=execution)
    until(lambda: not bulk.models() and bulk.jobs("Stopped"))
    assert bulk.jobs("InProgress", "Stopping") == []


def test_a_promotion_meanwhile_doesnt_pull_the_model_away(
    bulk: Bulk, project: Project, first: Outcome, griffiths: tuple[Any, ...]
) -> None:
    before = project.predict(griffiths[2][1600:])
    training = project.start(alpha0=0.5)
    until(lambda: "Promote" in project.entered(training))
    execution = bulk.start(training_job=first.output["training_job"])
    assert project.finish(training).succeeded().output["promoted"]
    (found,) = bulk.results(project.finish(execution).succeeded()).values()
    np.testing.assert_allclose(found, before, atol=1e-9)

    (found,) = bulk.results(bulk.run().succeeded()).values()
    np.testing.assert_allclose(found, project.predict(griffiths[2][1600:]), atol=1e-9)
    assert bulk.models() == []
