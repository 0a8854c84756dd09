"""The function's environment variables."""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Environment:
    """All variables, parsed.

    Attributes
    ----------
    pwll_tolerance
        How far below the incumbent's the pwll of a promoted model may be.
    when_not_comparable
        The decision if the two can't be compared: promote or hold.
    deployment
        The dimension of the metric.
    """

    data_bucket: str
    serving_stack: str
    pwll_tolerance: float
    when_not_comparable: str
    metric_namespace: str
    deployment: str

    @classmethod
    def read(cls) -> Self:
        """Read the variables that the stack sets."""
        return cls(
            data_bucket=os.environ["DATA_BUCKET"],
            serving_stack=os.environ["SERVING_STACK"],
            pwll_tolerance=float(os.environ["PWLL_TOLERANCE"]),
            when_not_comparable=os.environ["WHEN_NOT_COMPARABLE"],
            metric_namespace=os.environ["METRIC_NAMESPACE"],
            deployment=os.environ["DEPLOYMENT"],
        )
