"""Every resource of the services, all of it JSON, and how it survives a restart."""

import copy
import threading
from dataclasses import dataclass, field, fields
from typing import Any

from local_aws.sagemaker.core.resources import (
    Endpoint,
    EndpointConfig,
    Model,
    ScalableTarget,
    ScalingPolicy,
    TrainingJob,
    TransformJob,
)


@dataclass
class Store:
    """Every resource, by its ARN, as its Describe call returns it; everything is changed under ``lock``.

    Jobs' processes and endpoints' servers are not part of the state: after a restart the jobs have failed
    and the servers are started again.
    """

    training_jobs: dict[str, TrainingJob] = field(default_factory=dict)
    transform_jobs: dict[str, TransformJob] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    endpoint_configs: dict[str, EndpointConfig] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    scalable_targets: dict[str, ScalableTarget] = field(default_factory=dict)
    scaling_policies: dict[str, ScalingPolicy] = field(default_factory=dict)
    quotas: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()

    def snapshot(self) -> dict[str, Any] | None:
        """Return what to save, None if the store is empty."""
        with self.lock:
            saved = {item.name: copy.deepcopy(getattr(self, item.name)) for item in fields(self)}
        return saved if any(saved.values()) else None

    def restore(self, saved: dict[str, Any]) -> None:
        """Load a snapshot."""
        with self.lock:
            for item in fields(self):
                getattr(self, item.name).update(saved.get(item.name, {}))
