"""One instance of a training job: its folders, its process, its log stream, its FIFOs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws.sagemaker.core import s3_objects
from local_aws.sagemaker.core.errors import JobFailedError
from local_aws.sagemaker.core.resources import TrainingJob
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.processes.child_process import ChildProcess, Command, clean_environment
from local_aws.sagemaker.processes.log_stream import LogStream
from local_aws.sagemaker.training import channels, container_files
from local_aws.sagemaker.training.pipe_mode import Pipe

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


class TrainingHost:
    """A host of a training job.

    Parameters
    ----------
    service
        The service context.
    job
        The stored job.
    index
        The index of the host, from 0.
    folder
        The job's folder; the host's folder is a sub-folder.
    on_refusal
        Called with the error when the execution role is refused a call while the program runs.
    """

    def __init__(
        self,
        service: Service,
        job: TrainingJob,
        index: int,
        folder: Path,
        on_refusal: Callable[[Exception], None],
    ) -> None:
        self._service = service
        self._job = job
        self._index = index
        self._hosts = container_files.hosts(job)
        self._on_refusal = on_refusal
        self._log: LogStream | None = None
        self._pipes: list[Pipe] = []
        self.name = self._hosts[index]
        self.base = folder / self.name
        self.child: ChildProcess | None = None
        self.exit_code: int | None = None

    def open_log(self, logs: Any) -> None:
        """Create the host's log stream, ``<job>/<host>-<epoch seconds>``."""
        stream = f"{self._job['TrainingJobName']}/{self.name}-{int(time.time())}"
        self._log = LogStream(logs, LOG_GROUP, stream, on_error=self._on_refusal)
        self._log.open()

    def close_log(self) -> None:
        """Send the remaining lines."""
        if self._log:
            self._log.close()

    def download(self, s3: Any) -> None:
        """Create the folders and download this host's objects of every channel.

        Raises
        ------
        JobFailedError
            An object may not be read.
        """
        container_files.write_inputs(self.base, self._job, self._index)
        for channel in self._job.get("InputDataConfig", []):
            path = self.base / "input" / "data" / channel["ChannelName"]
            try:
                objects = s3_objects.list_objects(s3, channels.channel_location(channel))
                if channels.is_sharded(channel):
                    objects = objects[self._index :: len(self._hosts)]
                if channels.input_mode(channel, self._job) == channels.PIPE:
                    self._pipes.append(Pipe(s3, objects, path, self._on_refusal))
                else:
                    channels.download_channel(s3, channel, objects, path)
            except ClientError as error:
                raise JobFailedError(
                    f"ClientError: Data download failed: {channels.channel_location(channel).uri}: {error}"
                ) from error

    def prepare(self, on_line: Callable[[str], None], variables: dict[str, str]) -> ChildProcess:
        """Return the process that `run` runs; it can be stopped before it starts."""
        images = self._service.images
        command = Command(
            images.program(self._job["AlgorithmSpecification"]["TrainingImage"], "train"),
            images.working_directory,
            self._environment(variables),
            self._service.processes,
            f"training job {self._job['TrainingJobName']}, {self.name}",
        )

        def on_output(line: str) -> None:
            if self._log:
                self._log.write(line)
            on_line(line)

        self.child = ChildProcess(command, on_output)
        return self.child

    def run(self) -> None:
        """Run the program to its end, on this thread, and store its exit code."""
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
