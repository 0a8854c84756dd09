"""EvaluateModel, with a bucket in memory and stubbed clients whose answers have AWS's shape."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.stub import Stubber

from data_prep import recordio
from spectral_lda.artifact import model_file as original

LoadHandler = Callable[..., Any]
Stubbed = Callable[[Any, str, str], Stubber]
BUCKET = "data-bucket"
BETA = [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
INPUT = {
    "dataset": "griffiths",
    "test_split": "split",
    "channels": {
        "train": "s3://data-bucket/datasets/griffiths/train/",
        "test": "s3://data-bucket/datasets/griffiths/test/",
    },
    "content_type": "application/x-recordio-protobuf",
    "minimum_pwll": None,
    "accept_new_vocabulary": False,
    "promote": True,
    "promote_training_job": None,
    "started_by": "someone",
}
EXECUTION = {"arn": "arn:aws:states:us-east-1:123456789012:execution:machine:run", "name": "run"}


@dataclass
class Aws:
    """The function, with a bucket in memory and stubbed clients."""

    handler: Any
    s3: Any
    sagemaker: Stubber
    cloudformation: Stubber
    cloudwatch: Stubber
    folder: Path

    bucket = BUCKET
    other = "lda-dev-old-89abcdef-0"

    def job_name(self, number: int = 1) -> str:
        return f"lda-dev-run-0123abcd-{number}-0"

    def url_of(self, training_job: str) -> str:
        return f"s3://{BUCKET}/models/{training_job}/output/model.tar.gz"

    def completed(self, number: int = 1, num_topics: int = 2) -> dict[str, Any]:
        """Return a run as the state machine passes it."""
        return {
            "training_job": self.job_name(number),
            "hyperparameters": {"num_topics": str(num_topics), "alpha0": "1.0"},
            "completed": True,
            "model_data_url": self.url_of(self.job_name(number)),
        }

    def failed(self, number: int, reason: str) -> dict[str, Any]:
        run = self.completed(number)
        del run["model_data_url"]
        return {**run, "completed": False, "reason": reason}

    def evaluation(self, training_job: str) -> Any:
        return json.loads(self.s3.objects[f"evaluations/{training_job}/evaluation.json"])

    def trained(self, training_job: str, pwll: float | None, num_topics: int = 2, beta: Any = BETA) -> None:
        """Prepare a job's description, and its model in the bucket."""
        when = datetime(2026, 1, 1, tzinfo=UTC)
        metric = {"MetricName": "test:pwll", "Value": pwll, "Timestamp": when}
        self.sagemaker.add_response(
            "describe_training_job",
            {
                "TrainingJobName": training_job,
                "TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/x",
                "ModelArtifacts": {"S3ModelArtifacts": self.url_of(training_job)},
                "TrainingJobStatus": "Completed",
                "SecondaryStatus": "Completed",
                "AlgorithmSpecification": {"TrainingInputMode": "File"},
                "ResourceConfig": {"VolumeSizeInGB": 1},
                "StoppingCondition": {},
                "CreationTime": when,
                "HyperParameters": {
                    "num_topics": str(num_topics),
                    "alpha0": "1.0",
                    "feature_dim": str(len(beta[0])),
                },
                "FinalMetricDataList": [] if pwll is None else [metric],
            },
            {"TrainingJobName": training_job},
        )
        self.model(training_job, beta)

    def model(self, training_job: str, beta: Any) -> None:
        """Put a model into the bucket, with an even prior."""
        file = self.folder / "model.tar.gz"
        original.write(file, np.full(len(beta), 1 / len(beta)), np.array(beta))
        self.put(f"models/{training_job}/output/model.tar.gz", file.read_bytes())

    def documents(self, counts: Any, split: str = "test") -> None:
        """Put documents into the bucket."""
        file = io.BytesIO()
        recordio.write(file, np.array(counts))
        self.put(f"datasets/griffiths/{split}/part-00000.pbr", file.getvalue())

    def put(self, key: str, content: bytes) -> None:
        self.s3.objects[key] = content

    def serving(self, url: str) -> None:
        parameters = [
            {"ParameterKey": "BootstrapVersion", "ParameterValue": "/cdk-bootstrap/x/version"},
            {"ParameterKey": "ModelDataUrl", "ParameterValue": url},
        ]
        stack = {
            "StackName": "DevServing",
            "CreationTime": "2026-01-01T00:00:00Z",
            "StackStatus": "UPDATE_COMPLETE",
            "Parameters": parameters,
        }
        self.cloudformation.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "DevServing"})

    def metric(self, pwll: float) -> None:
        """Expect the metric of the chosen candidate, which has no completion, and nothing else."""
        self.metrics(TestPwll=pwll)

    def metrics(self, **values: Any) -> None:
        """Expect metrics of the chosen candidate, and nothing else."""
        data = [
            {"MetricName": name, "Dimensions": [{"Name": "Deployment", "Value": "lda-dev"}], "Value": value}
            for name, value in values.items()
        ]
        expected = {"Namespace": "SageMakerLDA", "MetricData": data}
        self.cloudwatch.add_response("put_metric_data", {}, expected)

    def run(self, *runs: dict[str, Any], **fields: Any) -> Any:
        """Invoke the function; every prepared answer must have been requested."""
        event = {"input": {**INPUT, **fields}, "runs": list(runs), "execution": EXECUTION}
        result = self.handler.handler(event, None)
        for stub in (self.sagemaker, self.cloudformation, self.cloudwatch):
            stub.assert_no_pending_responses()
        return result


@pytest.fixture
def aws(
    load_handler: LoadHandler, fake_s3: Any, stubbed: Stubbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Aws:
    """The function with its environment variables, a bucket in memory and stubbed services."""
    handler = load_handler(
        "evaluate_model",
        DATA_BUCKET=BUCKET,
        SERVING_STACK="DevServing",
        PWLL_TOLERANCE="0.05",
        WHEN_NOT_COMPARABLE="promote",
        METRIC_NAMESPACE="SageMakerLDA",
        DEPLOYMENT="lda-dev",
    )
    monkeypatch.setattr(handler, "_S3", fake_s3)
    return Aws(
        handler,
        fake_s3,
        stubbed(handler, "_SAGEMAKER", "sagemaker"),
        stubbed(handler, "_CLOUDFORMATION", "cloudformation"),
        stubbed(handler, "_CLOUDWATCH", "cloudwatch"),
        tmp_path,
    )
