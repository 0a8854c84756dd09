"""What stands behind the endpoint, by list and describe calls."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import spectral_lda
from client.deployment import Deployment
from client.errors import SayableError, found


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """The Serving stack's parameter and what it led to."""

    model_data_url: str
    models: list[str]
    configs: list[str]
    endpoint: str
    status: str
    config_of_endpoint: str


def look(deployment: Deployment) -> Hosting:
    """Ask CloudFormation and SageMaker what is hosted.

    Parameters
    ----------
    deployment
        Whose endpoint is meant.
    """
    sagemaker = deployment.client("sagemaker")
    endpoint = found(
        lambda: sagemaker.describe_endpoint(EndpointName=deployment.prefix), "ValidationException"
    )
    described: dict[str, Any] = endpoint or {}
    return Hosting(
        model_data_url=deployment.parameter("Serving", "ModelDataUrl"),
        models=[model["ModelName"] for model in sagemaker.list_models()["Models"]],
        configs=[
            config["EndpointConfigName"] for config in sagemaker.list_endpoint_configs()["EndpointConfigs"]
        ],
        endpoint=described.get("EndpointName", "none"),
        status=described.get("EndpointStatus", ""),
        config_of_endpoint=described.get("EndpointConfigName", "none"),
    )


def tell(hosting: Hosting) -> str:
    """Say in lines what is hosted."""
    return "\n".join(
        [
            f"ModelDataUrl:    {hosting.model_data_url or '(empty: no model yet)'}",
            f"Model:           {', '.join(hosting.models) or 'none'}",
            f"EndpointConfig:  {', '.join(hosting.configs) or 'none'}",
            f"Endpoint:        {hosting.endpoint} {hosting.status}".rstrip(),
        ]
    )


def check_replaced(before: Hosting, after: Hosting) -> None:
    """Check that an update kept the endpoint's name and left nothing of the old model.

    Raises
    ------
    SayableError
        It didn't; the sentence names what is wrong.
    """
    stayed = sorted({*before.models, *before.configs} & {*after.models, *after.configs})
    if stayed:
        raise SayableError(
            f"After the update the old {', '.join(stayed)} should be gone, but is still there."
        )
    if after.endpoint != before.endpoint or after.config_of_endpoint == before.config_of_endpoint:
        raise SayableError(
            f"The endpoint was {before.endpoint} with {before.config_of_endpoint}, and is {after.endpoint} "
            f"with {after.config_of_endpoint}: its name should stay and its config change."
        )


def learned_model(deployment: Deployment, model_data_url: str, folder: Path) -> spectral_lda.Model:
    """Download a model.tar.gz and read it.

    Parameters
    ----------
    deployment
        Whose bucket it lies in.
    model_data_url
        Its s3:// address.
    folder
        Where the file is put.
    """
    address = urlsplit(model_data_url)
    file = folder / "model.tar.gz"
    deployment.client("s3").download_file(address.netloc, address.path.lstrip("/"), str(file))
    return spectral_lda.load(file)
