"""Executions of the bulk scoring state machine, its transform jobs and its results."""

import json
from typing import Any

import numpy as np

from tests.end_to_end.helpers.deployment import Deployment, Outcome

Counts = np.ndarray[Any, Any]


class BulkScoring:
    """The bulk scoring state machine of a deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.sagemaker = deployment.local_aws.client("sagemaker")
        self.s3 = deployment.local_aws.client("s3")
        self.bucket = deployment.output("Storage", "DataBucketName")

    def start(self, **fields: object) -> str:
        arn = self.deployment.output("Training", "TransformStateMachineArn")
        states = self.deployment.local_aws.client("stepfunctions")
        return str(states.start_execution(stateMachineArn=arn, input=json.dumps(fields))["executionArn"])

    def run(self, **fields: object) -> Outcome:
        return self.deployment.finish(self.start(**fields))

    def put(self, key: str, counts: Counts) -> None:
        body = "".join(",".join(f"{n:g}" for n in row) + "\n" for row in counts)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body.encode())

    def results(self, outcome: Outcome) -> dict[str, Counts]:
        """Return the topic mixtures of each result object, by its key below the output prefix."""
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
