"""What every operation works with."""

import contextvars
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from local_aws import names
from local_aws.processes import Record as ProcessRecord
from local_aws.sagemaker.calls import Call, Record
from local_aws.sagemaker.images import Catalog
from local_aws.sagemaker.permissions import ExecutionRole
from local_aws.sagemaker.store import Store


class Running(Protocol):
    """A training job or an endpoint that has processes."""

    def stop_soon(self) -> None:
        """Ask the processes to end within seconds."""

    def wait_until_stopped(self) -> None:
        """Wait for that."""


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
    running
        ARN -> what runs for it.
    """

    catalog: Catalog
    folder: Path
    processes: ProcessRecord
    store: Store = field(default_factory=Store)
    role: Callable[[str], Any] = ExecutionRole
    running: dict[str, Any] = field(default_factory=dict)


Operation = Callable[[Service, Call], Record]


def in_background(work: Callable[[], None], name: str) -> None:
    """Do work on a thread of its own, in the caller's account and region; it ends with the process."""
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), name=name, daemon=True).start()


def in_region(region: str, work: Callable[[], None]) -> Callable[[], None]:
    """Return the work as done for a resource of a region, where no request says the region."""

    def scoped() -> None:
        names.get("set region")(region)
        work()

    return scoped
