"""One instance of a training job: its folders, its process, its log stream, its FIFOs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws.sagemaker.core.api_call import Record
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.processes.child_process import Child, Command, clean_environment
from local_aws.sagemaker.processes.log_stream import LogStream
from local_aws.sagemaker.training import channels, container_files
from local_aws.sagemaker.training.pipe_mode import Pipe

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


class DataRefusedError(Exception):
    """A channel's objects may not be read; the message is FailureReason's."""


class TrainingHost:
    """A host of a job.

    Parameters
    ----------
    service
        Where it runs.
    job
        The job's record.
    index
        The host's place among the job's hosts, from 0.
    folder
        The job's folder; the host's own is below.
    on_refused
        Called with what the execution role was refused while the program runs.
    """

    def __init__(
        self,
        service: Service,
        job: Record,
        index: int,
        folder: Path,
        on_refused: Callable[[Exception], None],
    ) -> None:
        self._service = service
        self._job = job
        self._index = index
        self._hosts = container_files.hosts(job)
        self._on_refused = on_refused
        self._log: LogStream | None = None
        self._pipes: list[Pipe] = []
        self.name = self._hosts[index]
        self.base = folder / self.name
        self.child: Child | None = None
        self.exit_code: int | None = None

    def open_log(self, logs: Any) -> None:
        """Make the host's log stream, ``<job>/<host>-<epoch seconds>``."""
        stream = f"{self._job['TrainingJobName']}/{self.name}-{int(time.time())}"
        self._log = LogStream(logs, LOG_GROUP, stream, on_error=self._on_refused)
        self._log.open()

    def close_log(self) -> None:
        """Send what is left."""
        if self._log:
            self._log.close()

    def download(self, s3: Any) -> None:
        """Lay out the folders, and this host's share of every channel in them.

        Raises
        ------
        DataRefusedError
            An object may not be read.
        """
        container_files.write_inputs(self.base, self._job, self._index)
        for channel in self._job.get("InputDataConfig", []):
            path = self.base / "input" / "data" / channel["ChannelName"]
            try:
                objects = channels.objects_of(s3, channels.location_of(channel))
                if channels.is_sharded(channel):
                    objects = objects[self._index :: len(self._hosts)]
                if channels.input_mode(channel, self._job) == channels.PIPE:
                    self._pipes.append(Pipe(s3, objects, path, self._on_refused))
                else:
                    channels.download(s3, channel, objects, path)
            except ClientError as error:
                raise DataRefusedError(
                    f"ClientError: Data download failed: {channels.location_of(channel).uri}: {error}"
                ) from error

    def prepare(self, on_line: Callable[[str], None], variables: dict[str, str]) -> Child:
        """Return the process that `run` runs; it may be stopped before that, too."""
        catalog = self._service.catalog
        command = Command(
            catalog.program(self._job["AlgorithmSpecification"]["TrainingImage"], "train"),
            catalog.working_directory,
            self._environment(variables),
            self._service.processes,
            f"training job {self._job['TrainingJobName']}, {self.name}",
        )

        def written(line: str) -> None:
            if self._log:
                self._log.write(line)
            on_line(line)

        self.child = Child(command, written)
        return self.child

    def run(self) -> None:
        """Run the program to its end, on this thread, and keep its exit code."""
        for pipe in self._pipes:
            pipe.start()
        try:
            self.exit_code = self.child.run() if self.child else None
        finally:
            for pipe in self._pipes:
                pipe.stop()

    def _environment(self, variables: dict[str, str]) -> dict[str, str]:
        return {
            **clean_environment(self.base, self._job["TrainingJobArn"].split(":")[3]),
            "TRAINING_JOB_NAME": self._job["TrainingJobName"],
            "TRAINING_JOB_ARN": self._job["TrainingJobArn"],
            **variables,
            **self._job.get("Environment", {}),
        }
