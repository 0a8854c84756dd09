"""The endpoint: the models that it runs, and its answer to a document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from common.aws_lookups import is_not_found
from common.errors import SmokeTestError
from smoke_test.checks import ROLLED_BACK

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.client import SageMakerClient
    from mypy_boto3_sagemaker_runtime.client import SageMakerRuntimeClient


def served_models(sagemaker: SageMakerClient, endpoint: str) -> list[str]:
    """Return the URLs of the models behind an endpoint that is in service.

    Raises
    ------
    SmokeTestError
        When the endpoint isn't in service, or its configuration or model is gone: after a rollback that
        CloudFormation doesn't notice, the endpoint runs a configuration and a model that were replaced and
        deleted.
    """
    description = sagemaker.describe_endpoint(EndpointName=endpoint)
    if description["EndpointStatus"] != "InService":
        reason = description.get("FailureReason", "SageMaker gives no reason")
        raise SmokeTestError(
            f"The endpoint {endpoint} is {description['EndpointStatus']}, not InService: {reason}."
        )
    try:
        return _model_urls(sagemaker, description["EndpointConfigName"])
    except ClientError as error:
        if not is_not_found(error):
            raise
        raise SmokeTestError(
            f"The endpoint {endpoint} runs a model or configuration that was deleted ({error}). {ROLLED_BACK}"
        ) from error


def invoke(runtime: SageMakerRuntimeClient, endpoint: str, document: dict[str, Any]) -> bytes:
    """Return the endpoint's answer to one sparse document.

    Raises
    ------
    SmokeTestError
        When the endpoint refuses the document.
    """
    body = json.dumps({"instances": [{"data": {"features": document}}]})
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json", Accept="application/json", Body=body
        )
    except ClientError as error:
        raise SmokeTestError(f"The endpoint {endpoint} refused a test document: {error}") from error
    return answer["Body"].read()


def _model_urls(sagemaker: SageMakerClient, config_name: str) -> list[str]:
    config = sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
    names = [variant["ModelName"] for variant in config["ProductionVariants"]]
    models = [sagemaker.describe_model(ModelName=name) for name in names]
    return [model["PrimaryContainer"]["ModelDataUrl"] for model in models]
