"""A local AWS with SageMaker for tests: clients, roles, jobs, models and endpoints."""

import io
import itertools
import json
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.process import environment
from local_aws.process.control import describe_server
from local_aws.process.ports import free_port

PROGRAMS = Path(__file__).parents[1] / "programs"
ROOT = Path(__file__).parents[4]
REGION = "us-east-1"
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/spec:1"
BUCKET = "spec-data"
IMAGES = f"""
[[image]]
pattern = "*.dkr.ecr.*.amazonaws.com/spec:1"
train = ["python", "{PROGRAMS / "train.py"}"]
serve = ["python", "{PROGRAMS / "serve.py"}"]
[image.metrics]
"test:score" = 'quality: test score=(\\S+)'
"""


class Aws:
    """A local AWS in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.images = folder / "config" / "images.toml"
        self.images.parent.mkdir(parents=True)
        self.images.write_text(IMAGES)
        self.program = [str(PROGRAMS / "local_aws_server.py")]
        self.port = free_port()
        self.names = itertools.count(1)
        self.clients: dict[str, Any] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self.state / "tmp").mkdir(parents=True, exist_ok=True)
        with (self.state / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, *self.program, "--port", str(self.port)),
                    *("--state", str(self.state), "--images", str(self.images)),
                ],
                env={
                    **environment.server_environment(self.port, REGION, self.state, None),
                    "PYTHONPATH": str(ROOT),
                },
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait(lambda: describe_server(self.port))

    def end(self, number: int = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(60)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = self.client_of(service, "test", "test")
        return self.clients[service]

    def client_of(self, service: str, key: str, secret: str) -> Any:
        make: Any = boto3.Session().client
        return make(
            service,
            region_name=REGION,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def name(self, prefix: str) -> str:
        return f"{prefix}-{next(self.names):03}"

    @staticmethod
    def wait(condition: Callable[[], Any], seconds: float = 60) -> Any:
        until = time.monotonic() + seconds
        while not (result := condition()):
            assert time.monotonic() < until, "the condition wasn't met in time"
            time.sleep(0.1)
        return result

    def role(self, statements: list[dict[str, Any]], service: str = "sagemaker.amazonaws.com") -> str:
        iam, name = self.client("iam"), self.name("role")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps(policy))
        arn: str = role["Role"]["Arn"]
        return arn

    def user_client(self, service: str, statements: list[dict[str, Any]]) -> Any:
        iam, name = self.client("iam"), self.name("user")
        iam.create_user(UserName=name)
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
        iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=json.dumps(policy))
        keys = iam.create_access_key(UserName=name)["AccessKey"]
        return self.client_of(service, keys["AccessKeyId"], keys["SecretAccessKey"])

    def job(self, role: str, **hyperparameters: str) -> dict[str, Any]:
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/data/train"}}
        return {
            "TrainingJobName": self.name("Job"),
            "RoleArn": role,
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "HyperParameters": hyperparameters,
            "InputDataConfig": [{"ChannelName": "train", "ContentType": "text/csv", "DataSource": source}],
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
            "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.c4.2xlarge", "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 300},
        }

    def train(self, job: dict[str, Any]) -> dict[str, Any]:
        self.client("sagemaker").create_training_job(**job)
        return self.wait_until_ended(job)

    def wait_until_ended(self, job: dict[str, Any]) -> dict[str, Any]:
        sagemaker, name = self.client("sagemaker"), job["TrainingJobName"]
        busy = {"InProgress", "Stopping"}

        def described() -> Any:
            description = sagemaker.describe_training_job(TrainingJobName=name)
            return None if description["TrainingJobStatus"] in busy else description

        record: dict[str, Any] = self.wait(described)
        return record

    def release(self, job: dict[str, Any]) -> None:
        """Let a training program continue that waits for release."""
        (
            self.state / "sagemaker" / "training-jobs" / job["TrainingJobName"].lower() / "algo-1" / "go"
        ).touch()

    def log(self, group: str, prefix: str) -> list[str]:
        logs = self.client("logs")
        try:
            streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)["logStreams"]
        except ClientError:
            return []
        lines = []
        for stream in streams:
            names = {"logGroupName": group, "logStreamName": stream["logStreamName"]}
            lines += [
                event["message"] for event in logs.get_log_events(**names, startFromHead=True)["events"]
            ]
        return lines

    def model_data(self, content: str) -> str:
        key = f"served/{self.name('model')}.tar.gz"
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=archive({"model.txt": content.encode()}))
        return f"s3://{BUCKET}/{key}"

    def model(self, role: str, content: str) -> str:
        name = self.name("Model")
        self.client("sagemaker").create_model(
            ModelName=name,
            PrimaryContainer={"Image": IMAGE, "ModelDataUrl": self.model_data(content)},
            ExecutionRoleArn=role,
        )
        return name

    def config(self, model: str, **settings: Any) -> str:
        name = self.name("Config")
        variant = {"VariantName": "AllTraffic", "ModelName": model, "InitialInstanceCount": 1}
        self.client("sagemaker").create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[{**variant, "InstanceType": "ml.c4.xlarge", **settings}],
        )
        return name

    def endpoint(self, config: str) -> str:
        name = self.name("Endpoint")
        self.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=config)
        assert self.wait_until_settled(name)["EndpointStatus"] == "InService"
        return name

    def wait_until_settled(self, name: str) -> dict[str, Any]:
        sagemaker = self.client("sagemaker")

        def described() -> Any:
            description = sagemaker.describe_endpoint(EndpointName=name)
            return description if description["EndpointStatus"] in {"InService", "Failed"} else None

        endpoint: dict[str, Any] = self.wait(described)
        return endpoint

    def invoke(self, name: str, body: str = "hello", **headers: str) -> str:
        response = self.client("sagemaker-runtime").invoke_endpoint(EndpointName=name, Body=body, **headers)
        text: str = response["Body"].read().decode()
        return text

    def process_ids(self, name: str = "") -> list[int]:
        """Return the processes of a job or an endpoint, or of the whole server."""
        marker = f"SAGEMAKER_BASE_DIR={self.state}/sagemaker/"
        pids = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                settings = (path / "environ").read_text(errors="replace").split("\0")
            except OSError:
                continue
            if any(x.startswith(marker) and f"/{name.lower()}" in x for x in settings):
                pids.append(int(path.name))
        return sorted(pids)


@contextmanager
def running(server: Aws) -> Iterator[Aws]:
    """Run a server with a bucket for the tests' data."""
    server.start()
    try:
        server.client("s3").create_bucket(Bucket=BUCKET)
        yield server
    finally:
        server.end()


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
