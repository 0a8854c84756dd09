"""A local AWS of a test's own, and the hands that users have: the cdk CLI, boto3, the AWS CLI."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from botocore.config import Config

from data_prep import dataset
from data_prep.dataset import upload
from local_aws.process.ports import free_port

ROOT = Path(__file__).parent.parent.parent
IMAGES = ROOT / "container" / "local-images.toml"
PATH = os.pathsep.join(
    [str(ROOT / "node_modules" / ".bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
)


@dataclass
class Machine:
    """A local AWS with its state in `folder`; its templates in `folder / cdk.out`."""

    folder: Path
    images: Path = IMAGES
    port: int = field(default_factory=free_port)
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def local_aws(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "local_aws", *arguments, "--state", str(self.state)]
        return run(command, os.environ | {"PATH": PATH})

    def up(self) -> str:
        done = self.local_aws("up", "--port", str(self.port), "--images", str(self.images))
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def down(self, *arguments: str) -> None:
        while self._clients:
            self._clients.popitem()[1].close()
        done = self.local_aws("down", *arguments)
        assert done.returncode == 0, done.stderr

    @cached_property
    def environment(self) -> dict[str, str]:
        done = self.local_aws("env", "--json")
        assert done.returncode == 0, done.stderr
        return {**os.environ, "PATH": PATH, **json.loads(done.stdout)}

    def client(self, service: str) -> Any:
        """A boto3 client of the administrator that asks once, so that a test sees the first answer."""
        if service not in self._clients:
            self._clients[service] = boto3.client(  # type: ignore[call-overload]  # its name is a variable
                service,
                endpoint_url=self.environment["AWS_ENDPOINT_URL"],
                region_name=self.environment["AWS_REGION"],
                aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[service]

    def cdk(self, *arguments: str, **context: object) -> subprocess.CompletedProcess[str]:
        settings = [word for key, value in context.items() for word in ("-c", f"{key}={value}")]
        command = ["cdk", "--no-notices", "--output", str(self.folder / "cdk.out"), *arguments, *settings]
        return run(command, self.environment | {"CDK_DISABLE_CLI_TELEMETRY": "true"})

    @contextlib.contextmanager
    def fault(self, *arguments: str) -> Iterator[None]:
        """Let the next call or job fail as told."""
        done = self.local_aws("fault", *arguments, "--times", "1")
        assert done.returncode == 0, done.stderr
        yield
        done = self.local_aws("fault", "--clear")
        assert done.returncode == 0, done.stderr

    def server_pid(self) -> int:
        done = self.local_aws("status", "--json")
        assert done.returncode == 0, done.stderr
        return int(json.loads(done.stdout)["pid"])


def run(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 -- the caller looks at the return code
        list(command), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280
    )


@dataclass
class Project:
    """Our three stacks on a machine."""

    machine: Machine
    context: dict[str, object] = field(default_factory=dict)

    @property
    def environment(self) -> str:
        return str(self.context.get("environment", "dev"))

    def bootstrap(self) -> None:
        self._cdk("bootstrap", f"aws://123456789012/{self.machine.environment['AWS_REGION']}")

    def deploy(self) -> None:
        self._cdk("deploy", "--all", "--require-approval", "never")

    def _cdk(self, *arguments: str) -> None:
        done = self.machine.cdk(*arguments, **self.context)
        assert done.returncode == 0, done.stdout + done.stderr

    def output(self, stack: str, name: str) -> str:
        stack = f"{self.environment.capitalize()}{stack}"
        described = self.machine.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return next(str(o["OutputValue"]) for o in described.get("Outputs", []) if o["OutputKey"] == name)

    def model_data_url(self) -> str:
        stack = f"{self.environment.capitalize()}Serving"
        described = self.machine.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return next(
            str(p["ParameterValue"]) for p in described["Parameters"] if p["ParameterKey"] == "ModelDataUrl"
        )

    def upload(self, name: str, train: Any, test: Any) -> None:
        dataset.write(self.machine.folder / "data", name, train, test, source="made by a test")
        bucket = self.output("Storage", "DataBucketName")
        upload.upload(self.machine.folder / "data", name, bucket, s3=self.machine.client("s3"))

    def start(self, **fields: object) -> str:
        arn = self.output("Training", "StateMachineArn")
        states = self.machine.client("stepfunctions")
        return str(states.start_execution(stateMachineArn=arn, input=json.dumps(fields))["executionArn"])

    def finish(self, execution: str) -> "Outcome":
        states = self.machine.client("stepfunctions")

        def ended() -> dict[str, Any] | None:
            said: dict[str, Any] = states.describe_execution(executionArn=execution)
            return None if said["status"] == "RUNNING" else said

        described = until(ended, seconds=240)
        return Outcome(
            status=described["status"],
            output=json.loads(described.get("output") or "{}"),
            error=described.get("error", ""),
            cause=described.get("cause", ""),
        )

    def start_endless(self) -> str:
        """Start an execution whose training job goes on until something ends it.

        Noise has no topics that two restarts could find alike, so that there is always another restart.
        """
        noise = np.random.default_rng(0).poisson(1.0, (600, 60)).astype(np.float32)
        self.upload("noise", noise[:500], noise[500:])
        return self.start(dataset="noise", num_topics=30, max_restarts=1_000_000)

    def run(self, **fields: object) -> "Outcome":
        return self.finish(self.start(**fields))

    def entered(self, execution: str) -> list[str]:
        """The states that an execution has entered so far."""
        pages = (
            self.machine.client("stepfunctions")
            .get_paginator("get_execution_history")
            .paginate(executionArn=execution)
        )
        events = [event for page in pages for event in page["events"]]
        return [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]

    def training_jobs(self, **chosen: str) -> set[str]:
        listed = self.machine.client("sagemaker").list_training_jobs(MaxResults=100, **chosen)
        return {job["TrainingJobName"] for job in listed["TrainingJobSummaries"]}

    def running_jobs(self) -> set[str]:
        return self.training_jobs(StatusEquals="InProgress") | self.training_jobs(StatusEquals="Stopping")

    def serving_stands_still(self) -> bool:
        stack = self.machine.client("cloudformation").describe_stacks(StackName="DevServing")["Stacks"][0]
        return not stack["StackStatus"].endswith("_IN_PROGRESS")

    def mailbox(self) -> "Mailbox":
        """Subscribe a new queue to the notifications."""
        return Mailbox(self.machine.client("sqs"), self.machine.client("sns"), self._topic)

    @property
    def _topic(self) -> str:
        return self.output("Training", "NotificationTopicArn")

    def predict(self, counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        body = "\n".join(",".join(f"{n:g}" for n in row) for row in counts)
        answer = self.machine.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=f"lda-{self.environment}", ContentType="text/csv", Body=body
        )
        predictions = json.loads(answer["Body"].read())["predictions"]
        return np.array([row["topic_mixture"] for row in predictions])


class Mailbox:
    """A queue that gets what a topic sends."""

    def __init__(self, queues: Any, topics: Any, topic: str) -> None:
        self._queues = queues
        self._url = queues.create_queue(QueueName=f"mailbox-{time.monotonic_ns()}")["QueueUrl"]
        attributes = queues.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        queues.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def messages(self) -> list[str]:
        """The messages since the last call."""
        answer = self._queues.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
        received = answer.get("Messages", [])
        for message in received:
            self._queues.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [str(json.loads(message["Body"])["Message"]) for message in received]


@dataclass(frozen=True)
class Outcome:
    """How an execution ended."""

    status: str
    output: dict[str, Any]
    error: str
    cause: str

    def succeeded(self) -> "Outcome":
        assert self.status == "SUCCEEDED", f"{self.status} {self.error}: {self.cause}"
        return self


def until(condition: Any, *, seconds: float = 120) -> Any:
    """Wait for a condition of the outside world, and return what it has found, or fail."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.2)
    return found


def processes(pattern: str) -> list[int]:
    """Ids of the running processes whose command line matches."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it ended while we looked
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if re.search(pattern, line) and int(entry.name) != os.getpid():
                    found.append(int(entry.name))
    return found


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def machine_in(folder: Path, images: Path = IMAGES, *, state: Path | None = None) -> Iterator[Machine]:
    """A machine that runs, from nothing or from a copy of another's state."""
    machine = Machine(folder, images)
    if state:
        shutil.copytree(state, machine.state)
    machine.up()
    try:
        yield machine
    finally:
        machine.down("--delete")
