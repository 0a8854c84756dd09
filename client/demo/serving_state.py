"""The Serving stack's parameter ModelDataUrl, and the resulting model and endpoint."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import spectral_lda
from client.deployment import Deployment
from client.errors import UserError, none_if_missing


@dataclass(frozen=True, kw_only=True)
class ServingState:
    """The parameter ModelDataUrl, the account's models and endpoint configurations, and the endpoint."""

    model_data_url: str
    models: list[str]
    configs: list[str]
    endpoint: str
    status: str
    config_of_endpoint: str


def get_serving_state(deployment: Deployment) -> ServingState:
    """Read the state from CloudFormation and SageMaker.

    Parameters
    ----------
    deployment
        The deployment whose endpoint is described.
    """
    sagemaker = deployment.client("sagemaker")
    response = none_if_missing(
        lambda: sagemaker.describe_endpoint(EndpointName=deployment.prefix), "ValidationException"
    )
    endpoint: dict[str, Any] = response or {}
    return ServingState(
        model_data_url=deployment.parameter("Serving", "ModelDataUrl"),
        models=[model["ModelName"] for model in sagemaker.list_models()["Models"]],
        configs=[
            config["EndpointConfigName"] for config in sagemaker.list_endpoint_configs()["EndpointConfigs"]
        ],
        endpoint=endpoint.get("EndpointName", "none"),
        status=endpoint.get("EndpointStatus", ""),
        config_of_endpoint=endpoint.get("EndpointConfigName", "none"),
    )


def describe(state: ServingState) -> str:
    """Describe a state in lines."""
    return "\n".join(
        [
            f"ModelDataUrl:    {state.model_data_url or '(empty: no model yet)'}",
            f"Model:           {', '.join(state.models) or 'none'}",
            f"EndpointConfig:  {', '.join(state.configs) or 'none'}",
            f"Endpoint:        {state.endpoint} {state.status}".rstrip(),
        ]
    )


def check_replaced(before: ServingState, after: ServingState) -> None:
    """Check that an update retained the endpoint's name and replaced the model and its configuration.

    Raises
    ------
    UserError
        It did not; the message names the resources.
    """
    not_deleted = sorted({*before.models, *before.configs} & {*after.models, *after.configs})
    if not_deleted:
        raise UserError(
            f"After the update the old {', '.join(not_deleted)} should be gone, but still exists."
        )
    if after.endpoint != before.endpoint or after.config_of_endpoint == before.config_of_endpoint:
        raise UserError(
            f"The endpoint was {before.endpoint} with {before.config_of_endpoint}, and is {after.endpoint} "
            f"with {after.config_of_endpoint}: its name should stay and its config change."
        )


def download_model(deployment: Deployment, model_data_url: str, folder: Path) -> spectral_lda.Model:
    """Download a model.tar.gz and load it.

    Parameters
    ----------
    deployment
        The deployment in whose bucket it is stored.
    model_data_url
        Its s3:// address.
    folder
        The folder to download it into.
    """
    address = urlsplit(model_data_url)
    file = folder / "model.tar.gz"
    deployment.client("s3").download_file(address.netloc, address.path.lstrip("/"), str(file))
    return spectral_lda.load(file)
