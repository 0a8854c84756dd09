"""The service context, which all operations share."""

import contextvars
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from local_aws.ministack.bindings import ministack
from local_aws.process.process_records import ProcessRecords
from local_aws.sagemaker.core.store import Store


class Images(Protocol):
    """The container images that the local AWS can run."""

    @property
    def working_directory(self) -> Path:
        """The folder in which programs start."""

    def program(self, uri: str, purpose: str) -> Sequence[str]:
        """Return the program and arguments of an image, to ``train`` or to ``serve``."""

    def metrics(self, uri: str) -> dict[str, re.Pattern[str]]:
        """Return an image's metric definitions."""


class Running(Protocol):
    """Processes that end with the server."""

    def stop_soon(self) -> None:
        """Stop the processes within seconds, because the server is ending."""

    def wait_until_stopped(self) -> None:
        """Wait until the processes have ended."""


class JobRun(Running, Protocol):
    """A running training or transform job."""

    def run(self) -> None:
        """Run the job to its last status."""

    def stop(self) -> None:
        """Stop the job; returns immediately."""


@dataclass
class Service:
    """SageMaker of the local AWS.

    Parameters
    ----------
    images
        The container images.
    folder
        The folder for the files of jobs and model servers.
    processes
        The records of running processes.
    store
        Every resource.
    job_runs
        ARN of a running job -> its run.
    """

    images: Images
    folder: Path
    processes: ProcessRecords
    store: Store = field(default_factory=Store)
    job_runs: dict[str, JobRun] = field(default_factory=dict)

    def start_run(self, arn: str, run: JobRun, description: str) -> None:
        """Run a job in the background; it is in `job_runs` until it ends."""
        self.job_runs[arn] = run

        def run_to_the_end() -> None:
            try:
                run.run()
            finally:
                del self.job_runs[arn]

        in_background(run_to_the_end, description)


def in_background(work: Callable[[], None], name: str) -> None:
    """Run work on a new daemon thread, in the caller's account and region."""
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), name=name, daemon=True).start()


def in_region(region: str, work: Callable[[], None]) -> Callable[[], None]:
    """Return the work bound to a region, for work that no request starts."""

    def scoped() -> None:
        ministack.set_region(region)
        work()

    return scoped
