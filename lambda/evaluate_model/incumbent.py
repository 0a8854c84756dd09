"""The model that serves, and its evaluation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.aws_lookups import served_model_url
from common.errors import EvaluationError
from common.resource_names import evaluation_key, training_job_of
from evaluate_model.candidate import finite_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudformation.client import CloudFormationClient

    from common.bucket import Bucket


@dataclass(frozen=True)
class Incumbent:
    """The model that serves: its URL, and its evaluation if it has a readable one."""

    model_data_url: str
    evaluation: Mapping[str, Any] | None = None

    @property
    def training_job(self) -> str | None:
        """The job that trained it, where its URL is one of this project's."""
        return training_job_of(self.model_data_url)

    @property
    def pwll(self) -> float | None:
        """Its per-word log-likelihood, on the test documents of its own dataset."""
        return finite_or_none((self.evaluation or {}).get("pwll"))

    @property
    def num_topics(self) -> int:
        """How many topics it has; 0 if its evaluation doesn't say."""
        return self._whole_number("num_topics")

    @property
    def feature_dim(self) -> int:
        """How many words it has; 0 if its evaluation doesn't say."""
        return self._whole_number("feature_dim")

    @property
    def redundant_topics(self) -> int:
        """How many of its topics are duplicates of others or dead; 0 if its evaluation doesn't say."""
        return self._whole_number("redundant_topics")

    def exists(self, bucket: Bucket) -> bool:
        """Return whether its archive is in the data bucket."""
        prefix = f"s3://{bucket.name}/"
        key = self.model_data_url.removeprefix(prefix)
        return self.model_data_url.startswith(prefix) and bucket.describe_or_none(key) is not None

    def _whole_number(self, name: str) -> int:
        diagnostics = (self.evaluation or {}).get("diagnostics")
        value = diagnostics.get(name) if isinstance(diagnostics, dict) else None
        return value if isinstance(value, int) else 0

    @property
    def name(self) -> str:
        """Its name in a sentence."""
        return f"the serving model {self.training_job or self.model_data_url}"


def load_incumbent(
    cloudformation: CloudFormationClient, serving_stack: str, bucket: Bucket
) -> Incumbent | None:
    """Return the model that the stack serves, or None while it serves none.

    Raises
    ------
    EvaluationError
        When the stack isn't deployed.
    """
    url = served_model_url(cloudformation, serving_stack)
    if url is None:
        raise EvaluationError(
            f"The stack {serving_stack} isn't deployed, so there is no endpoint to promote to: "
            "deploy all stacks."
        )
    if not url:
        return None
    job = training_job_of(url)
    return Incumbent(url, _read_evaluation(bucket, job) if job else None)


def _read_evaluation(bucket: Bucket, training_job: str) -> dict[str, Any] | None:
    """Return a model's evaluation, or None where there is no readable one.

    A broken file mustn't block every later model.
    """
    content = bucket.read_or_none(evaluation_key(training_job))
    try:
        evaluation = json.loads(content or b"")
    except ValueError:
        return None
    return evaluation if isinstance(evaluation, dict) else None
