"""Where SageMaker puts things in a container.

https://docs.aws.amazon.com/sagemaker/latest/dg/amazon-sagemaker-toolkits.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from container.contract.errors import ClientError

# DescribeTrainingJob's FailureReason shows this many characters of the failure file.
LONGEST_FAILURE = 1024


@dataclass(frozen=True)
class Folders:
    """The tree below /opt/ml, or below SAGEMAKER_BASE_DIR, as SageMaker's toolkits have it."""

    base: Path

    @classmethod
    def from_environment(cls) -> "Folders":
        """Return the tree that this process was started for."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")))

    @property
    def model(self) -> Path:
        """The model's file: SageMaker makes model.tar.gz of its folder, and unpacks it there for hosting."""
        return self.base / "model" / "model_algo-1"

    @property
    def config(self) -> Path:
        """The folder of SageMaker's configuration files."""
        return self.base / "input" / "config"

    def channel(self, name: str) -> Path:
        """Return the folder with a channel's files (File mode)."""
        return self.base / "input" / "data" / name

    def fifo(self, name: str, epoch: int) -> Path:
        """Return the FIFO that a channel's documents come through once (Pipe mode); epochs count from 0."""
        return self.base / "input" / "data" / f"{name}_{epoch}"

    def read_config(self, name: str) -> dict[str, Any]:
        """Return the JSON object of input/config/<name>.json.

        Raises
        ------
        ClientError
            The file is missing or is no JSON object.
        """
        path = self.config / f"{name}.json"
        try:
            content = json.loads(path.read_bytes())
        except FileNotFoundError:
            raise ClientError(
                f"{path} is missing; SageMaker writes it before it starts a container."
            ) from None
        except ValueError as error:
            raise ClientError(f"{path} is not JSON: {error}.") from error
        if not isinstance(content, dict):
            raise ClientError(f"{path} must hold a JSON object.")
        return content

    def write_failure(self, sentence: str) -> None:
        """Leave the reason where SageMaker looks for it."""
        folder = self.base / "output"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "failure").write_text(sentence[:LONGEST_FAILURE], encoding="utf-8")
