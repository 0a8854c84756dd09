"""Which models an endpoint runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from smoke_test.checks import ROLLED_BACK, SmokeTestError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.client import SageMakerClient


def served_models(sagemaker: SageMakerClient, endpoint: str) -> list[str]:
    """Return the urls of the models behind an endpoint that is in service.

    Raises
    ------
    SmokeTestError
        When the endpoint isn't in service, or what it runs is gone: after a rollback that CloudFormation
        doesn't notice, it runs a config and a model that were replaced and deleted.
    """
    found = sagemaker.describe_endpoint(EndpointName=endpoint)
    if found["EndpointStatus"] != "InService":
        reason = found.get("FailureReason", "SageMaker gives no reason")
        raise SmokeTestError(
            f"The endpoint {endpoint} is {found['EndpointStatus']}, not InService: {reason}."
        )
    try:
        return _models(sagemaker, found["EndpointConfigName"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":  # SageMaker's word for "could not find"
            raise
        raise SmokeTestError(
            f"The endpoint {endpoint} runs what can't be read any more ({error}). {ROLLED_BACK}"
        ) from error


def _models(sagemaker: SageMakerClient, config_name: str) -> list[str]:
    config = sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
    names = [variant["ModelName"] for variant in config["ProductionVariants"]]
    models = [sagemaker.describe_model(ModelName=name) for name in names]
    return [model["PrimaryContainer"]["ModelDataUrl"] for model in models]
