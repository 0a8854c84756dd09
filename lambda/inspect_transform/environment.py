"""The function's environment variables."""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Environment:
    """All variables; `dataset` is the setting that the execution's field overrides."""

    data_bucket: str
    job_prefix: str
    serving_stack: str
    algorithm: str
    dataset: str

    @classmethod
    def read(cls) -> Self:
        """Read the variables that the stack sets."""
        return cls(
            data_bucket=os.environ["DATA_BUCKET"],
            job_prefix=os.environ["JOB_PREFIX"],
            serving_stack=os.environ["SERVING_STACK"],
            algorithm=os.environ["ALGORITHM"],
            dataset=os.environ["DATASET"],
        )
