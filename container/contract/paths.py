"""The files and folders of SageMaker's container contract.

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
MAX_FAILURE_LENGTH = 1024


@dataclass(frozen=True)
class Paths:
    """The paths below /opt/ml, or below SAGEMAKER_BASE_DIR, as SageMaker's toolkits use them."""

    base: Path

    @classmethod
    def from_environment(cls) -> "Paths":
        """Return the paths that the environment of this process selects."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")))

    @property
    def model(self) -> Path:
        """The model file; SageMaker packs its folder into model.tar.gz, and unpacks it there for hosting."""
        return self.base / "model" / "model_algo-1"

    @property
    def config(self) -> Path:
        """The folder of SageMaker's configuration files."""
        return self.base / "input" / "config"

    def channel(self, name: str) -> Path:
        """Return the folder of a channel's files (File mode)."""
        return self.base / "input" / "data" / name

    def fifo(self, name: str, epoch: int) -> Path:
        """Return the FIFO of a channel's documents for one epoch (Pipe mode); epochs count from 0."""
        return self.base / "input" / "data" / f"{name}_{epoch}"

    def read_config(self, name: str) -> dict[str, Any]:
        """Return the JSON object of input/config/<name>.json.

        Raises
        ------
        ClientError
            The file is missing or is not a JSON object.
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
            raise ClientError(f"{path} must contain a JSON object.")
        return content

    def write_failure(self, reason: str) -> None:
        """Write the reason of a failure to output/failure."""
        folder = self.base / "output"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "failure").write_text(reason[:MAX_FAILURE_LENGTH], encoding="utf-8")
