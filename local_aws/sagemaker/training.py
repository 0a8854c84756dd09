"""One training job, from its start to its last status: the phases of the real service, on this machine."""

import logging
import math
import re
import shutil
import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.sagemaker import channels, job_files
from local_aws.sagemaker.calls import Record, now
from local_aws.sagemaker.child import QUICK_GRACE_SECONDS, Child, Command, clean_environment
from local_aws.sagemaker.logs import LogStream
from local_aws.sagemaker.metrics import JobMetrics
from local_aws.sagemaker.permissions import METRICS_NAMESPACE, require_image_pull
from local_aws.sagemaker.service import Service

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
STOP_GRACE_SECONDS = 120.0
MAX_REASON = 1024
MESSAGES = {
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}

logger = logging.getLogger(__name__)


class JobFailedError(Exception):
    """The job has failed; the message becomes its FailureReason."""


class TrainingRun:
    """A training job that runs.

    Parameters
    ----------
    service
        Where it runs.
    job
        Its record, which this changes as it goes.
    """

    def __init__(self, service: Service, job: Record) -> None:
        self._service = service
        self._job = job
        self._name: str = job["TrainingJobName"]
        self._base = service.folder / "training-jobs" / self._name.lower()
        self._child: Child | None = None
        self._stop_reason = ""
        self._refusal: Exception | None = None
        self._lock = threading.Lock()
        self.ended = threading.Event()

    def run(self) -> None:
        """Do everything, on this thread; whatever happens, the job gets its last status."""
        try:
            self._train()
            self._finish(self._stop_reason or "Completed")
        except JobFailedError as failure:
            self._finish("Failed", str(failure))
        except (ClientError, BotoCoreError, OSError, ValueError) as error:
            self._finish("Failed", f"ClientError: {error}")
        except Exception as error:
            logger.exception("The training job %s met an error of this program", self._name)
            self._finish("Failed", f"InternalServerError: {error!r}")
        finally:
            shutil.rmtree(self._base, ignore_errors=True)
            self._service.training_runs.pop(self._job["TrainingJobArn"], None)
            self.ended.set()

    def stop(self, reason: str) -> None:
        """Ask the job to end; ``reason`` is its last secondary status."""
        with self._lock:
            if self._stop_reason or self.ended.is_set():
                return
            self._stop_reason = reason
            child = self._child
        with self._service.store.lock:
            self._job["TrainingJobStatus"] = "Stopping"
            self._enter("Stopping")
        if child:
            child.stop(STOP_GRACE_SECONDS)

    def stop_soon(self) -> None:
        """Ask the process to end within seconds; the server itself is about to end."""
        with self._lock:
            self._stop_reason = self._stop_reason or "Stopped"
            child = self._child
        if child:
            child.stop(QUICK_GRACE_SECONDS)

    def wait_until_stopped(self) -> None:
        """Wait for the process's end."""
        if self._child:
            self._child.wait_until_ended(QUICK_GRACE_SECONDS + 2)

    def _train(self) -> None:
        role = self._service.role(self._job["RoleArn"])
        require_image_pull(role, self._job["AlgorithmSpecification"]["TrainingImage"])
        role.require("cloudwatch:PutMetricData", "*", cloudwatch__namespace=METRICS_NAMESPACE)
        log = LogStream(
            role.client("logs"),
            LOG_GROUP,
            f"{self._name}/{job_files.HOST}-{int(time.time())}",
            on_error=self._log_refused,
        )
        log.open()
        try:
            self._phase("Downloading")
            self._note(TrainingStartTime=now())
            self._download(role)
            self._phase("Training")
            self._run_program(role, log)
        finally:
            log.close()
        if self._refusal:
            raise JobFailedError(f"ClientError: {self._refusal}")

    def _download(self, role: Any) -> None:
        job_files.write_inputs(self._base, self._job)
        s3 = role.client("s3")
        for channel in self._job.get("InputDataConfig", []):
            folder = self._base / "input" / "data" / channel["ChannelName"]
            try:
                channels.download(s3, channel, folder)
            except ClientError as error:
                raise JobFailedError(
                    f"ClientError: Data download failed: {channels.location_of(channel).uri}: {error}"
                ) from error

    def _run_program(self, role: Any, log: LogStream) -> None:
        metrics = JobMetrics(self._expressions())

        def on_line(line: str) -> None:
            log.write(line)
            metrics.read(line)

        limit = self._job["StoppingCondition"].get("MaxRuntimeInSeconds", 86400)
        timer = threading.Timer(limit, self.stop, ("MaxRuntimeExceeded",))
        timer.daemon = True
        timer.start()
        try:
            code = self._start(on_line).run()
        finally:
            timer.cancel()
        self._note(FinalMetricDataList=metrics.final())
        metrics.publish(role.client("cloudwatch"), self._name)
        if code and not self._stop_reason and not self._refusal:
            raise JobFailedError(job_files.failure_reason(self._base, code))
        if not self._stop_reason or any((self._base / "model").iterdir()):
            self._upload(role.client("s3"))

    def _start(self, on_line: Any) -> Child:
        catalog = self._service.catalog
        command = Command(
            catalog.program(self._job["AlgorithmSpecification"]["TrainingImage"], "train"),
            catalog.working_directory,
            self._environment(),
            self._service.processes,
            f"training job {self._name}",
        )
        child = Child(command, on_line)
        with self._lock:
            self._child = child
            if self._stop_reason:
                child.stop(STOP_GRACE_SECONDS)
        return child

    def _environment(self) -> dict[str, str]:
        return {
            **clean_environment(self._base, self._job["TrainingJobArn"].split(":")[3]),
            "TRAINING_JOB_NAME": self._name,
            "TRAINING_JOB_ARN": self._job["TrainingJobArn"],
            **self._job.get("Environment", {}),
        }

    def _expressions(self) -> dict[str, re.Pattern[str]]:
        algorithm = self._job["AlgorithmSpecification"]
        image = self._service.catalog.find(algorithm["TrainingImage"])
        own = {m["Name"]: re.compile(m["Regex"]) for m in algorithm.get("MetricDefinitions", [])}
        return {**image.metrics, **own}

    def _log_refused(self, error: Exception) -> None:
        self._refusal = error
        if self._child:
            self._child.stop(STOP_GRACE_SECONDS)

    def _upload(self, s3: Any) -> None:
        self._phase("Uploading")
        destination = channels.s3_location(self._job["OutputDataConfig"]["S3OutputPath"], "S3OutputPath")
        prefix = "/".join(part for part in (destination.key.rstrip("/"), self._name, "output") if part)
        for name, folder in (("model", self._base / "model"), ("output", self._base / "output" / "data")):
            if name == "model" or any(folder.iterdir()):
                archive = self._base / f"{name}.tar.gz"
                job_files.pack(folder, archive)
                s3.upload_file(str(archive), destination.bucket, f"{prefix}/{archive.name}")
        self._note(ModelArtifacts={"S3ModelArtifacts": f"s3://{destination.bucket}/{prefix}/model.tar.gz"})

    def _note(self, **members: Any) -> None:
        with self._service.store.lock:  # a Describe call may be copying the record
            self._job.update(members)

    def _phase(self, status: str) -> None:
        with self._service.store.lock:
            if not self._stop_reason:
                self._enter(status)

    def _enter(self, status: str, message: str = "") -> None:
        moment = now()
        transitions = self._job["SecondaryStatusTransitions"]
        transitions[-1].setdefault("EndTime", moment)
        transitions.append(
            {"Status": status, "StartTime": moment, "StatusMessage": message or MESSAGES[status]}
        )
        self._job.update(SecondaryStatus=status, LastModifiedTime=moment)

    def _finish(self, status: str, reason: str = "") -> None:
        with self._service.store.lock:
            self._enter(status, reason)
            last = self._job["SecondaryStatusTransitions"][-1]
            last["EndTime"] = moment = last["StartTime"]
            if reason:
                self._job["FailureReason"] = reason[:MAX_REASON]
            seconds = math.ceil(moment - self._job.setdefault("TrainingStartTime", moment))
            self._job.update(
                TrainingJobStatus={"MaxRuntimeExceeded": "Stopped"}.get(status, status),
                TrainingEndTime=moment,
                TrainingTimeInSeconds=seconds,
                BillableTimeInSeconds=seconds,
            )
