"""What the evaluation reads from the data bucket, and the file that it writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from common.model_artifact import ArtifactError, opened
from evaluate_model.candidate import EvaluationError
from evaluate_model.topics.diagnostics import diagnose

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

# Some four million words: more would take more memory than they are worth in an evaluation.
LARGEST_VOCABULARY_BYTES: Final = 1 << 25


@dataclass(frozen=True)
class Store:
    """The data bucket."""

    s3: S3Client
    bucket: str

    def diagnostics(self, model_data_url: str) -> dict[str, Any]:
        """Read a model and describe its topics.

        Raises
        ------
        EvaluationError
            When what lies there isn't a model.
        """
        key = model_data_url.removeprefix(f"s3://{self.bucket}/")
        body: Any = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"]
        try:
            with opened(body) as model:
                return diagnose(model)
        except ArtifactError as error:
            raise EvaluationError(f"{model_data_url} holds no usable model: {error}.") from error

    def vocabulary(self, dataset: str) -> list[str] | None:
        """Return a dataset's words, or None where it has none, or more than fit here."""
        content = self._content(f"datasets/{dataset}/vocabulary.txt", LARGEST_VOCABULARY_BYTES)
        if content is None or len(content) > LARGEST_VOCABULARY_BYTES:
            return None
        return content.decode(errors="replace").removesuffix("\n").split("\n")

    def evaluation(self, training_job: str) -> dict[str, Any] | None:
        """Return a model's evaluation, or None where there is no readable one.

        A broken file mustn't block every later model.
        """
        content = self._content(_evaluation_key(training_job))
        try:
            evaluation = json.loads(content or b"")
        except ValueError:
            return None
        return evaluation if isinstance(evaluation, dict) else None

    def write_evaluation(self, evaluation: dict[str, Any]) -> None:
        """Write a model's evaluation to where later evaluations look for it."""
        self.s3.put_object(
            Bucket=self.bucket,
            Key=_evaluation_key(evaluation["training_job"]),
            Body=json.dumps(evaluation, indent=2, allow_nan=False).encode(),
            ContentType="application/json",
        )

    def _content(self, key: str, at_most: int | None = None) -> bytes | None:
        """Return an object's content, one byte more than `at_most` at most; None where there is no object."""
        # Listed first: of a missing key, a role that may list under a prefix alone is told "access denied".
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1).get("Contents", [])
        if [entry["Key"] for entry in listed] != [key]:
            return None
        body = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"]
        return body.read(None if at_most is None else at_most + 1)


def _evaluation_key(training_job: str) -> str:
    return f"evaluations/{training_job}/evaluation.json"
