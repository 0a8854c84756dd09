import json
from typing import Any

import pytest

from tests.local_aws.sagemaker.helpers.local_server import Aws
from tests.local_aws.sagemaker.helpers.state_machine import StateMachine

MACHINE_RIGHTS = [
    {"Action": f"sagemaker:{action}", "Resource": "arn:aws:sagemaker:us-east-1:123456789012:training-job/*"}
    for action in ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "AddTags")
]
RULE = "arn:aws:events:us-east-1:123456789012:rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule"
EVENTS = [
    {"Action": f"events:{action}", "Resource": RULE} for action in ("PutTargets", "PutRule", "DescribeRule")
]


class Machine(StateMachine):
    def __init__(self, aws: Aws, role: str) -> None:
        super().__init__(aws)
        self.role = role

    def start(self, job: dict[str, Any], suffix: str = ".sync", lacking: str = "", **state: Any) -> str:
        resource = f"arn:aws:states:::sagemaker:createTrainingJob{suffix}"
        task = {"Type": "Task", "Resource": resource, "Parameters": job, "End": True, **state}
        return self.run(task, lacking)

    def start_each(self, *jobs: dict[str, Any]) -> str:
        """Train every job in an iteration of a Map."""
        resource = "arn:aws:states:::sagemaker:createTrainingJob.sync"
        task = {"Type": "Task", "Resource": resource, "Arguments": "{% $states.input %}", "End": True}
        processor = {"StartAt": "Train one", "States": {"Train one": task}}
        each = {"Type": "Map", "Items": jobs, "ItemProcessor": processor, "End": True}
        return self.run(each, QueryLanguage="JSONata")

    def run(self, state: dict[str, Any], lacking: str = "", **options: Any) -> str:
        permissions = [right for right in (*MACHINE_RIGHTS, *EVENTS) if right["Action"] != lacking]
        passing = [] if lacking == "iam:PassRole" else [{"Action": "iam:PassRole", "Resource": self.role}]
        definition = {"StartAt": "Train", "States": {"Train": state}, **options}
        return self.execute(definition, [*permissions, *passing])


@pytest.fixture
def machine(aws: Any, role: str) -> Machine:
    return Machine(aws, role)


def test_sync_waits_for_the_job_and_returns_its_description(aws: Any, role: str, machine: Machine) -> None:
    job = {**aws.job(role), "Tags": [{"Key": "project", "Value": "spec"}]}
    done = machine.wait_until_ended(machine.start(job))
    assert done["status"] == "SUCCEEDED", done.get("cause")
    output = json.loads(done["output"])
    assert output["TrainingJobStatus"] == "Completed"
    assert output["FinalMetricDataList"][0]["Value"] == -2.25
    assert isinstance(output["TrainingEndTime"], int)
    assert output["ModelArtifacts"]["S3ModelArtifacts"].endswith("model.tar.gz")
    assert "ResponseMetadata" not in output
    tags = aws.client("sagemaker").list_tags(ResourceArn=output["TrainingJobArn"])["Tags"]
    assert tags == [{"Key": "project", "Value": "spec"}]


def test_without_sync_the_task_ends_when_the_job_starts(aws: Any, role: str, machine: Machine) -> None:
    job = aws.job(role, behaviour="wait for release")
    done = machine.wait_until_ended(machine.start(job, suffix=""))
    assert json.loads(done["output"])["TrainingJobArn"].endswith(job["TrainingJobName"].lower())
    described = aws.client("sagemaker").describe_training_job(TrainingJobName=job["TrainingJobName"])
    assert described["TrainingJobStatus"] == "InProgress"
    aws.wait(lambda: "waiting" in aws.log("/aws/sagemaker/TrainingJobs", job["TrainingJobName"]))
    aws.release(job)
    assert aws.wait_until_ended(job)["TrainingJobStatus"] == "Completed"


def test_a_failed_job_fails_the_task_with_its_description(aws: Any, role: str, machine: Machine) -> None:
    done = machine.wait_until_ended(machine.start(aws.job(role, behaviour="fail", failure="no such topic")))
    assert (done["status"], done["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(done["cause"])
    assert cause["FailureReason"] == "AlgorithmError: no such topic, exit code: 1"


def test_a_refused_job_fails_the_task_with_sagemakers_error(aws: Any, role: str, machine: Machine) -> None:
    job = aws.job(role)
    aws.train(job)
    done = machine.wait_until_ended(machine.start(job))
    assert done["error"] == "SageMaker.ResourceInUseException"
    missing = {**aws.job(role), "OutputDataConfig": {"S3OutputPath": "nowhere"}}
    refused = machine.wait_until_ended(machine.start(missing))
    assert refused["error"] == "SageMaker.AmazonSageMakerException"
    assert "Error Code: ValidationException" in refused["cause"]


def test_an_input_of_the_wrong_type_is_refused_before_the_call(aws: Any, role: str, machine: Machine) -> None:
    done = machine.wait_until_ended(machine.start({**aws.job(role), "HyperParameters": {"num_topics": 10}}))
    assert done["error"] == "States.Runtime"
    assert "num_topics" in done["cause"]


@pytest.mark.parametrize(
    "missing",
    [right["Action"] for right in (*MACHINE_RIGHTS, *EVENTS) if "Stop" not in str(right["Action"])]
    + ["iam:PassRole"],
)
def test_each_missing_permission_of_the_machine_role_is_named(
    aws: Any, role: str, machine: Machine, missing: str
) -> None:
    job = {**aws.job(role), "Tags": [{"Key": "project", "Value": "spec"}]}
    done = machine.wait_until_ended(machine.start(job, lacking=missing))
    assert done["status"] == "FAILED"
    assert f"not authorized to perform: {missing}" in done["cause"]


def test_an_aborted_execution_stops_its_job(aws: Any, role: str, machine: Machine) -> None:
    job = aws.job(role, behaviour="save on SIGTERM")
    arn = machine.start(job)
    aws.wait(lambda: "waiting" in aws.log("/aws/sagemaker/TrainingJobs", job["TrainingJobName"]))
    machine.states.stop_execution(executionArn=arn)
    assert aws.wait_until_ended(job)["TrainingJobStatus"] == "Stopped"


def test_a_task_over_its_timeout_stops_its_job(aws: Any, role: str, machine: Machine) -> None:
    job = aws.job(role, behaviour="save on SIGTERM")
    done = machine.wait_until_ended(machine.start(job, TimeoutSeconds=2))
    assert done["error"] == "States.Timeout"
    assert aws.wait_until_ended(job)["TrainingJobStatus"] == "Stopped"


def test_an_aborted_execution_stops_the_jobs_of_every_iteration(
    aws: Any, role: str, machine: Machine
) -> None:
    jobs = [aws.job(role, behaviour="save on SIGTERM") for _ in range(2)]
    arn = machine.start_each(*jobs)
    for job in jobs:
        aws.wait(lambda job=job: "waiting" in aws.log("/aws/sagemaker/TrainingJobs", job["TrainingJobName"]))
    machine.states.stop_execution(executionArn=arn)
    assert [aws.wait_until_ended(job)["TrainingJobStatus"] for job in jobs] == ["Stopped", "Stopped"]


def test_a_failed_iteration_stops_the_jobs_of_the_others(aws: Any, role: str, machine: Machine) -> None:
    long = aws.job(role, behaviour="save on SIGTERM")
    done = machine.wait_until_ended(machine.start_each(aws.job(role, behaviour="fail"), long))
    assert (done["status"], done["error"]) == ("FAILED", "States.TaskFailed")
    assert aws.wait_until_ended(long)["TrainingJobStatus"] == "Stopped"


def test_the_history_of_sync_has_scheduled_started_submitted_and_succeeded(
    aws: Any, role: str, machine: Machine
) -> None:
    done = machine.wait_until_ended(machine.start(aws.job(role), TimeoutSeconds=100))
    events = machine.states.get_execution_history(executionArn=done["executionArn"])["events"]
    tasks = [event for event in events if event["type"].startswith("Task") and "State" not in event["type"]]
    kinds = [event["type"] for event in tasks]
    assert kinds == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    details = tasks[2]["taskSubmittedEventDetails"]
    assert (details["resourceType"], details["resource"]) == ("sagemaker", "createTrainingJob.sync")
    assert "TrainingJobArn" in json.loads(details["output"])
    assert [event["previousEventId"] for event in tasks] == [2, 3, 4, 5]
