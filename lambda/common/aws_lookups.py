"""Lookups in SageMaker and CloudFormation that several functions make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

_NOT_FOUND: Final = {"ValidationException", "ResourceNotFound"}


def is_not_found(error: ClientError) -> bool:
    """Return whether SageMaker refused a call because the resource doesn't exist.

    Most calls answer ValidationException, with the text "Could not find ...".
    """
    return error.response["Error"]["Code"] in _NOT_FOUND


def served_model_url(cloudformation: CloudFormationClient, serving_stack: str) -> str | None:
    """Return the URL of the model that the Serving stack serves: "" for no model, None for no stack."""
    try:
        (stack,) = cloudformation.describe_stacks(StackName=serving_stack)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return None
    parameters = {
        entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in stack.get("Parameters", [])
    }
    return parameters.get("ModelDataUrl", "")
