"""The account as a run finds it: instance types, quotas, and whether the endpoint exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from common.aws_lookups import is_not_found
from inspect_dataset.capacity.quotas import Quotas, endpoint_quota, read_quotas, training_quota

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.client import SageMakerClient

    from inspect_dataset.input.environment import Clients, Environment

# The enumerations of instance types in SageMaker's API.
TRAINING_TYPES: Final = "TrainingInstanceType"
HOSTING_TYPES: Final = "ProductionVariantInstanceType"


@dataclass(frozen=True)
class Account:
    """The properties of the account that a run is compared with.

    Attributes
    ----------
    instance_types
        The members of each enumeration of instance types.
    quotas
        The quotas on the run's instances, as far as they could be read.
    endpoint_exists
        Whether a promotion replaces instances; looked up only where the endpoint's quota is known.
    """

    instance_types: dict[str, list[str]]
    quotas: Quotas
    endpoint_exists: bool


def load_account(clients: Clients, environment: Environment, *, trains: bool, promotes: bool) -> Account:
    """Read the properties that a run which trains, promotes or both is compared with."""
    hosting = endpoint_quota(environment.endpoint)
    names = [training_quota(environment.training.instances)] if trains else []
    names += [hosting] if promotes else []
    quotas = read_quotas(clients.quotas, names)
    return Account(
        instance_types={
            name: _instance_types(clients.sagemaker, name) for name in (TRAINING_TYPES, HOSTING_TYPES)
        },
        quotas=quotas,
        endpoint_exists=bool(
            promotes and quotas.get(hosting) and endpoint_exists(clients.sagemaker, environment.endpoint_name)
        ),
    )


def _instance_types(client: SageMakerClient, enumeration: str) -> list[str]:
    """Return the members of an enumeration of SageMaker's API, as botocore describes it."""
    shape: Any = client.meta.service_model.shape_for(enumeration)
    return list(shape.enum)


def endpoint_exists(client: SageMakerClient, endpoint: str) -> bool:
    """Return whether an endpoint exists, and isn't being deleted."""
    try:
        described = client.describe_endpoint(EndpointName=endpoint)
    except ClientError as error:
        if not is_not_found(error):
            raise
        return False
    return described["EndpointStatus"] != "Deleting"
