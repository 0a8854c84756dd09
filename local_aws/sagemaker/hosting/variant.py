"""A production variant as an endpoint serves it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from local_aws.sagemaker.core.api_call import now
from local_aws.sagemaker.core.resources import Model, ProductionVariant, ProductionVariantSummary
from local_aws.sagemaker.hosting.model_server import ModelServer


@dataclass
class Variant:
    """A running production variant.

    Parameters
    ----------
    settings
        The variant of the endpoint configuration.
    model
        A copy of the model: the stored one may be deleted while the variant runs.
    weight, instances
        The current weight and instance count.
    servers
        The model servers.
    """

    settings: ProductionVariant
    model: Model
    weight: float
    instances: int
    servers: list[ModelServer] = field(default_factory=list, init=False)
    _next_server: Iterator[int] = field(default_factory=itertools.count, init=False)

    @property
    def name(self) -> str:
        """The variant's name."""
        return self.settings["VariantName"]

    @property
    def image(self) -> str:
        """The container image of the variant's model."""
        return str(self.model["PrimaryContainer"]["Image"])

    def round_robin(self) -> list[ModelServer]:
        """Return the servers, beginning with the next one in turn."""
        first = next(self._next_server) % len(self.servers)
        return [*self.servers[first:], *self.servers[:first]]

    def summary(self) -> ProductionVariantSummary:
        """Return the variant as DescribeEndpoint shows it."""
        image = {"SpecifiedImage": self.image, "ResolvedImage": self.image, "ResolutionTime": now()}
        return {
            "VariantName": self.name,
            "DeployedImages": [image],
            "CurrentWeight": self.weight,
            "DesiredWeight": self.weight,
            "CurrentInstanceCount": self.instances,
            "DesiredInstanceCount": self.instances,
        }
