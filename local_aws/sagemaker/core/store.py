"""What the services remember, all of it JSON, and how it survives a restart."""

import copy
import threading
from dataclasses import dataclass, field, fields
from typing import Any

from local_aws.sagemaker.core.api_call import Record, now

STOPPED_WITH_SERVER = (
    "InternalServerError: The local AWS stopped while the {} job ran. Start it again under a new name."
)
RUNNING = {"InProgress", "Stopping"}


@dataclass
class Store:
    """Every resource, by its ARN, as its Describe call answers it; everything is changed under ``lock``.

    The request that created a job or a model is what is described; the endpoints' servers and the
    jobs' processes are not state, they are started again or given up at `restore`.
    """

    training_jobs: dict[str, Record] = field(default_factory=dict)
    transform_jobs: dict[str, Record] = field(default_factory=dict)
    models: dict[str, Record] = field(default_factory=dict)
    endpoint_configs: dict[str, Record] = field(default_factory=dict)
    endpoints: dict[str, Record] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    scalable_targets: dict[str, Record] = field(default_factory=dict)
    scaling_policies: dict[str, Record] = field(default_factory=dict)
    quotas: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()

    def snapshot(self) -> dict[str, Any] | None:
        """Return what to save, None while there is nothing."""
        with self.lock:
            saved = {item.name: copy.deepcopy(getattr(self, item.name)) for item in fields(self)}
        return saved if any(saved.values()) else None

    def restore(self, saved: dict[str, Any]) -> None:
        """Take back what was saved; a job that ran then has failed."""
        with self.lock:
            for item in fields(self):
                getattr(self, item.name).update(saved.get(item.name, {}))
            for job in self.training_jobs.values():
                if job["TrainingJobStatus"] in RUNNING:
                    _give_up_training(job)
            for job in self.transform_jobs.values():
                if job["TransformJobStatus"] in RUNNING:
                    _give_up_transform(job)


def _give_up_training(job: Record) -> None:
    moment, reason = now(), STOPPED_WITH_SERVER.format("training")
    job["SecondaryStatusTransitions"][-1].setdefault("EndTime", moment)
    job["SecondaryStatusTransitions"].append(
        {"Status": "Failed", "StartTime": moment, "EndTime": moment, "StatusMessage": reason}
    )
    job.update(
        TrainingJobStatus="Failed",
        SecondaryStatus="Failed",
        FailureReason=reason,
        TrainingEndTime=moment,
        LastModifiedTime=moment,
    )


def _give_up_transform(job: Record) -> None:
    moment = now()
    job.update(
        TransformJobStatus="Failed",
        FailureReason=STOPPED_WITH_SERVER.format("transform"),
        TransformEndTime=moment,
        LastModifiedTime=moment,
    )
