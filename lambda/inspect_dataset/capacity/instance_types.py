"""Instance types, compared with those that SageMaker's API description in botocore lists."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

import botocore

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.client import SageMakerClient

# What the API calls the instance types of each.
TRAINING: Final = "TrainingInstanceType"
HOSTING: Final = "ProductionVariantInstanceType"


def problem(client: SageMakerClient, shape: str, setting: str, instance_type: str) -> list[str]:
    """Return what is wrong with the instance type of a setting: nothing, or that SageMaker doesn't offer it.

    Parameters
    ----------
    shape
        The enumeration in SageMaker's API that it must be a member of.
    """
    description: Any = client.meta.service_model.shape_for(shape)
    offered = list(description.enum)
    if instance_type in offered:
        return []
    like = ", ".join(difflib.get_close_matches(instance_type, offered)) or offered[0]
    return [
        (
            f"The setting {setting} is {instance_type!r}, which isn't among the {len(offered)} types that "
            f"SageMaker's {shape} lists (botocore {botocore.__version__}). Like it are {like}. Deploy with "
            f"-c {setting}=..."
        )
    ]
