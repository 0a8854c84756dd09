"""Which models an endpoint runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks import SmokeTestError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.client import SageMakerClient


def served_models(sagemaker: SageMakerClient, endpoint: str) -> list[str]:
    """Return the urls of the models behind an endpoint that is in service.

    Raises
    ------
    SmokeTestError
        When the endpoint isn't in service.
    """
    found = sagemaker.describe_endpoint(EndpointName=endpoint)
    if found["EndpointStatus"] != "InService":
        reason = found.get("FailureReason", "SageMaker gives no reason")
        raise SmokeTestError(
            f"The endpoint {endpoint} is {found['EndpointStatus']}, not InService: {reason}."
        )
    config = sagemaker.describe_endpoint_config(EndpointConfigName=found["EndpointConfigName"])
    names = [variant["ModelName"] for variant in config["ProductionVariants"]]
    models = [sagemaker.describe_model(ModelName=name) for name in names]
    return [model["PrimaryContainer"]["ModelDataUrl"] for model in models]
