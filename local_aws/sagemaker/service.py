"""What every operation works with."""

import contextvars
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_aws.ministack.bindings import ministack
from local_aws.process.child_processes import ChildProcesses
from local_aws.sagemaker.calls import Call, Record
from local_aws.sagemaker.images import Catalog
from local_aws.sagemaker.permissions import ExecutionRole
from local_aws.sagemaker.store import Store

if TYPE_CHECKING:
    from local_aws.sagemaker.fleet import Fleet
    from local_aws.sagemaker.training import TrainingRun
    from local_aws.sagemaker.transform import TransformRun


@dataclass
class Service:
    """SageMaker on this machine.

    Parameters
    ----------
    catalog
        The images file.
    folder
        Where jobs and model servers have their files.
    processes
        The record of running processes.
    store
        Every resource.
    role
        ARN -> the execution role.
    training_runs, transform_runs
        ARN of a job -> its run, while it lasts.
    fleets, starting
        ARN of an endpoint -> the servers that serve it, and those that are coming up to do so.
    """

    catalog: Catalog
    folder: Path
    processes: ChildProcesses
    store: Store = field(default_factory=Store)
    role: Callable[[str], Any] = ExecutionRole
    training_runs: dict[str, "TrainingRun"] = field(default_factory=dict)
    transform_runs: dict[str, "TransformRun"] = field(default_factory=dict)
    fleets: dict[str, "Fleet"] = field(default_factory=dict)
    starting: dict[str, "Fleet"] = field(default_factory=dict)


Operation = Callable[[Service, Call], Record]


def in_background(work: Callable[[], None], name: str) -> None:
    """Do work on a thread of its own, in the caller's account and region; it ends with the process."""
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), name=name, daemon=True).start()


def in_region(region: str, work: Callable[[], None]) -> Callable[[], None]:
    """Return the work as done for a resource of a region, where no request says the region."""

    def scoped() -> None:
        ministack.set_region(region)
        work()

    return scoped
