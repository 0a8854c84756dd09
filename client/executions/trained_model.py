"""A model that an execution trained: its topics, its words, and how text is counted for it."""

import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.deployment import Deployment
from client.errors import UserError, none_if_missing
from data_prep.inputs.vocabulary import parse_vocabulary
from data_prep.text.preparation import PREPARATION, VOCABULARY, Preparation
from spectral_lda import Model, load

_EVALUATION = "evaluation.json"
_MODEL_URL = re.compile(r"s3://[^/]+/models(?:/open)?/([^/]+)/output/model\.tar\.gz")


@dataclass(frozen=True)
class ServingText:
    """What the model in service knows of words: how text is counted, and the words of its topics."""

    preparation: Preparation
    topics: list[list[str]]


@dataclass(frozen=True)
class TrainedModel:
    """A model with the words of its vocabulary, which are their numbers where there is none."""

    training_job: str
    model: Model
    vocabulary: tuple[str, ...]

    @property
    def shares(self) -> NDArray[np.float64]:
        """(K,) the topics' shares of the prior, alpha / alpha0."""
        return np.asarray(self.model.alpha / self.model.alpha.sum())


def serving_text(deployment: Deployment) -> ServingText:
    """Read the vocabulary of the model in service, which its evaluation keeps.

    Raises
    ------
    UserError
        No model is in service, or its dataset was made from counts, so that text can't be counted.
    """
    files = _EvaluationFiles(deployment)
    job = _job_in_service(deployment)
    vocabulary = files.read(job, VOCABULARY)
    preparation = files.read(job, PREPARATION)
    evaluation = files.read(job, _EVALUATION)
    if vocabulary is None or preparation is None or evaluation is None:
        raise UserError(
            f"The model in service, {job}, was trained on counts, so a text can't be counted for it."
            " Send a file of counts, or train on text: topics train SOURCE."
        )
    words = parse_vocabulary(vocabulary, files.location(job, VOCABULARY))
    topics = json.loads(evaluation)["diagnostics"]["topics"]
    return ServingText(
        Preparation.from_json(preparation, words, files.location(job, PREPARATION)),
        [topic.get("words", []) for topic in topics],
    )


def read_model(deployment: Deployment, training_job: str | None = None) -> TrainedModel:
    """Download a model and its vocabulary.

    Parameters
    ----------
    deployment
        The deployment that trained it.
    training_job
        Its training job; by default that of the model in service.

    Raises
    ------
    UserError
        No model is in service, the job was not evaluated, or its vocabulary has another size.
    """
    files = _EvaluationFiles(deployment)
    job = training_job or _job_in_service(deployment)
    evaluation = files.read(job, _EVALUATION)
    if evaluation is None:
        raise UserError(f"{deployment.prefix} has no evaluated model {job}: topics history lists them.")
    bucket, _, key = json.loads(evaluation)["model_data_url"].removeprefix("s3://").partition("/")
    with tempfile.TemporaryDirectory(prefix="lda-model-") as folder:
        archive = Path(folder) / "model.tar.gz"
        with archive.open("wb") as file:
            shutil.copyfileobj(deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"], file)
        model = load(archive)
    content = files.read(job, VOCABULARY)
    size = model.beta.shape[1]
    words = (
        list(map(str, range(size)))
        if content is None
        else parse_vocabulary(content, files.location(job, VOCABULARY))
    )
    if len(words) != size:
        raise UserError(f"{files.location(job, VOCABULARY)} has {len(words)} words, the model {size}.")
    return TrainedModel(job, model, tuple(words))


def _job_in_service(deployment: Deployment) -> str:
    match = _MODEL_URL.fullmatch(deployment.parameter("Serving", "ModelDataUrl"))
    if match is None:
        raise UserError("No model is in service: run topics train.")
    return match[1]


class _EvaluationFiles:
    """The files of a deployment's evaluations."""

    def __init__(self, deployment: Deployment) -> None:
        self._bucket = deployment.output("Storage", "DataBucketName")
        self._s3: Any = deployment.client("s3")

    def read(self, job: str, name: str) -> bytes | None:
        """Return the content of a file, or None if there is none."""
        response = none_if_missing(
            lambda: self._s3.get_object(Bucket=self._bucket, Key=f"evaluations/{job}/{name}"),
            "NoSuchKey",
            "AccessDenied",
        )
        return None if response is None else response["Body"].read()

    def location(self, job: str, name: str) -> str:
        return f"s3://{self._bucket}/evaluations/{job}/{name}"
