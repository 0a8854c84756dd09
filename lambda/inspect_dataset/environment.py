"""What the stack says to the function."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_MODEL_FOLDERS: Final = {"built-in": "models", "open": "models/open"}


@dataclass(frozen=True)
class Instances:
    """So many instances of a type."""

    instance_type: str
    instance_count: int


@dataclass(frozen=True)
class Training:
    """How the deployment trains."""

    instances: Instances
    max_runtime_seconds: int
    jobs_at_once: int
    price_per_instance_hour: float | None
    algorithm: str

    @property
    def model_folder(self) -> str:
        """Where in the bucket the models of the deployment's algorithm lie."""
        return _MODEL_FOLDERS[self.algorithm]


@dataclass(frozen=True)
class Environment:
    """All of it."""

    data_bucket: str
    job_prefix: str
    input_defaults: Mapping[str, Any]
    training: Training
    endpoint: Instances
    endpoint_name: str


def environment() -> Environment:
    """Read the environment's variables."""
    training, endpoint = json.loads(os.environ["TRAINING"]), json.loads(os.environ["ENDPOINT"])
    return Environment(
        os.environ["DATA_BUCKET"],
        os.environ["JOB_PREFIX"],
        json.loads(os.environ["INPUT_DEFAULTS"]),
        Training(
            _instances(training),
            training["max_runtime_seconds"],
            training["jobs_at_once"],
            training["price_per_instance_hour"],
            training["algorithm"],
        ),
        _instances(endpoint),
        os.environ["ENDPOINT_NAME"],
    )


def _instances(said: Mapping[str, Any]) -> Instances:
    return Instances(said["instance_type"], said["instance_count"])
