"""The three stacks on a local AWS: uploads, executions and predictions as users run them."""

import json
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from data_prep import dataset
from data_prep.dataset import upload
from tests.end_to_end.helpers.local_aws_server import LocalAws
from tests.end_to_end.helpers.notification_queue import NotificationQueue
from tests.end_to_end.helpers.polling import wait_until


@dataclass(frozen=True)
class Outcome:
    """The result of an execution."""

    status: str
    output: dict[str, Any]
    error: str
    cause: str

    def require_success(self) -> Self:
        assert self.status == "SUCCEEDED", f"{self.status} {self.error}: {self.cause}"
        return self


@dataclass
class Deployment:
    """The three stacks of one environment, on a local AWS."""

    local_aws: LocalAws
    context: dict[str, object] = field(default_factory=dict)

    @property
    def environment(self) -> str:
        return str(self.context.get("environment", "dev"))

    def bootstrap(self) -> None:
        self._cdk("bootstrap", f"aws://123456789012/{self.local_aws.environment['AWS_REGION']}")

    def deploy(self) -> None:
        self._cdk("deploy", "--all", "--require-approval", "never")

    def _cdk(self, *arguments: str) -> None:
        completed = self.local_aws.cdk(*arguments, **self.context)
        assert completed.returncode == 0, completed.stdout + completed.stderr

    def output(self, stack: str, name: str) -> str:
        stack = f"{self.environment.capitalize()}{stack}"
        described = self.local_aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return next(str(o["OutputValue"]) for o in described.get("Outputs", []) if o["OutputKey"] == name)

    def model_data_url(self) -> str:
        stack = f"{self.environment.capitalize()}Serving"
        described = self.local_aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return next(
            str(p["ParameterValue"]) for p in described["Parameters"] if p["ParameterKey"] == "ModelDataUrl"
        )

    def upload(self, name: str, train: Any, test: Any) -> None:
        dataset.write(self.local_aws.folder / "data", name, train, test, source="made by a test")
        bucket = self.output("Storage", "DataBucketName")
        upload.upload(self.local_aws.folder / "data", name, bucket, s3=self.local_aws.client("s3"))

    def start(self, **fields: object) -> str:
        arn = self.output("Training", "StateMachineArn")
        states = self.local_aws.client("stepfunctions")
        return str(states.start_execution(stateMachineArn=arn, input=json.dumps(fields))["executionArn"])

    def finish(self, execution: str) -> Outcome:
        states = self.local_aws.client("stepfunctions")

        def description_of_ended() -> dict[str, Any] | None:
            description: dict[str, Any] = states.describe_execution(executionArn=execution)
            return None if description["status"] == "RUNNING" else description

        described = wait_until(description_of_ended, seconds=240)
        return Outcome(
            status=described["status"],
            output=json.loads(described.get("output") or "{}"),
            error=described.get("error", ""),
            cause=described.get("cause", ""),
        )

    def start_endless_training(self) -> str:
        """Start an execution whose training job runs until it is stopped.

        Noise has no topics, so restarts never agree and the job always starts another one.
        """
        noise = np.random.default_rng(0).poisson(1.0, (600, 60)).astype(np.float32)
        self.upload("noise", noise[:500], noise[500:])
        return self.start(dataset="noise", num_topics=30, max_restarts=1_000_000)

    def run(self, **fields: object) -> Outcome:
        return self.finish(self.start(**fields))

    def entered_states(self, execution: str) -> list[str]:
        """The states that an execution has entered so far."""
        pages = (
            self.local_aws.client("stepfunctions")
            .get_paginator("get_execution_history")
            .paginate(executionArn=execution)
        )
        events = [event for page in pages for event in page["events"]]
        return [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]

    def training_jobs(self, **filters: str) -> set[str]:
        listed = self.local_aws.client("sagemaker").list_training_jobs(MaxResults=100, **filters)
        return {job["TrainingJobName"] for job in listed["TrainingJobSummaries"]}

    def running_jobs(self) -> set[str]:
        return self.training_jobs(StatusEquals="InProgress") | self.training_jobs(StatusEquals="Stopping")

    def is_serving_stack_stable(self) -> bool:
        stack = self.local_aws.client("cloudformation").describe_stacks(StackName="DevServing")["Stacks"][0]
        return not stack["StackStatus"].endswith("_IN_PROGRESS")

    def subscribe(self) -> NotificationQueue:
        """Subscribe a new queue to the status notifications."""
        return NotificationQueue(self.local_aws.client("sqs"), self.local_aws.client("sns"), self._topic)

    @property
    def _topic(self) -> str:
        return self.output("Training", "NotificationTopicArn")

    def predict(self, counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        body = "\n".join(",".join(f"{n:g}" for n in row) for row in counts)
        response = self.local_aws.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=f"lda-{self.environment}", ContentType="text/csv", Body=body
        )
        predictions = json.loads(response["Body"].read())["predictions"]
        return np.array([row["topic_mixture"] for row in predictions])
