"""One training job, from its start to its last status: the phases of the real service, on this machine."""

import logging
import math
import re
import shutil
import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import faults
from local_aws.process.ports import free_port
from local_aws.sagemaker import channels, job_files
from local_aws.sagemaker.calls import Record, now
from local_aws.sagemaker.child import QUICK_GRACE_SECONDS, Child
from local_aws.sagemaker.metrics import JobMetrics
from local_aws.sagemaker.permissions import METRICS_NAMESPACE, require_image_pull
from local_aws.sagemaker.service import Service
from local_aws.sagemaker.training_host import DataRefusedError, TrainingHost

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
        self._hosts = [
            TrainingHost(service, job, index, self._base, self._refused)
            for index in range(len(job_files.hosts(job)))
        ]
        self._leader = self._hosts[0].base
        self._children: list[Child] = []
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
        with self._service.store.lock:
            self._job["TrainingJobStatus"] = "Stopping"
            self._enter("Stopping")
        self._stop_all(STOP_GRACE_SECONDS)

    def stop_soon(self) -> None:
        """Ask the process to end within seconds; the server itself is about to end."""
        with self._lock:
            self._stop_reason = self._stop_reason or "Stopped"
        self._stop_all(QUICK_GRACE_SECONDS)

    def wait_until_stopped(self) -> None:
        """Wait for the processes' end."""
        for child in self._children:
            child.wait_until_ended(QUICK_GRACE_SECONDS + 2)

    def _train(self) -> None:
        if reason := faults.next_job_failure("training-job"):
            raise JobFailedError(reason)
        role = self._service.role(self._job["RoleArn"])
        require_image_pull(role, self._job["AlgorithmSpecification"]["TrainingImage"])
        role.require("cloudwatch:PutMetricData", "*", cloudwatch__namespace=METRICS_NAMESPACE)
        try:
            for host in self._hosts:
                host.open_log(role.client("logs"))
            self._phase("Downloading")
            self._note(TrainingStartTime=now())
            for host in self._hosts:
                host.download(role.client("s3"))
            self._phase("Training")
            self._run_programs(role)
        except DataRefusedError as error:
            raise JobFailedError(str(error)) from error
        finally:
            for host in self._hosts:
                host.close_log()
        if self._refusal:
            raise JobFailedError(f"ClientError: {self._refusal}")

    def _run_programs(self, role: Any) -> None:
        metrics = JobMetrics(self._expressions())
        limit = self._job["StoppingCondition"].get("MaxRuntimeInSeconds", 86400)
        timer = threading.Timer(limit, self.stop, ("MaxRuntimeExceeded",))
        timer.daemon = True
        timer.start()
        try:
            failed = self._run_to_the_end(metrics.read)
        finally:
            timer.cancel()
        self._note(FinalMetricDataList=metrics.final())
        metrics.publish(role.client("cloudwatch"), self._name)
        if failed and not self._stop_reason and not self._refusal:
            raise JobFailedError(self._reason(failed))
        if not self._stop_reason or any((self._leader / "model").iterdir()):
            self._upload(role.client("s3"))

    def _run_to_the_end(self, on_line: Callable[[str], None]) -> TrainingHost | None:
        """Run every host's program, each on the thread that waits for it; return the first that failed."""
        # Hosts have ports of their own, but here they share one machine with the hosts of other jobs.
        # PyTorch's name for where hosts meet; SageMaker's toolkits set it, too.
        variables = {"MASTER_PORT": str(free_port())} if len(self._hosts) > 1 else {}
        with self._lock:
            children = [host.prepare(on_line, variables) for host in self._hosts]
            self._children = children
            if self._stop_reason:
                self._stop_all(STOP_GRACE_SECONDS)
        failed: list[TrainingHost] = []
        threads = [
            threading.Thread(target=self._run, args=(host, failed), daemon=True) for host in self._hosts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return failed[0] if failed else None

    def _run(self, host: TrainingHost, failed: list[TrainingHost]) -> None:
        try:
            host.run()
        except Exception as error:  # noqa: BLE001 -- lost with its thread, it would count as success
            self._refused(error)
        if host.exit_code:
            failed.append(host)
            self._stop_all(STOP_GRACE_SECONDS)

    def _stop_all(self, grace: float) -> None:
        for child in self._children:
            child.stop(grace)

    def _reason(self, host: TrainingHost) -> str:
        reason = job_files.failure_reason(host.base, host.exit_code or 0)
        return f"{reason} (host {host.name})" if len(self._hosts) > 1 else reason

    def _expressions(self) -> dict[str, re.Pattern[str]]:
        algorithm = self._job["AlgorithmSpecification"]
        image = self._service.catalog.find(algorithm["TrainingImage"])
        own = {m["Name"]: re.compile(m["Regex"]) for m in algorithm.get("MetricDefinitions", [])}
        return {**image.metrics, **own}

    def _refused(self, error: Exception) -> None:
        self._refusal = error
        self._stop_all(STOP_GRACE_SECONDS)

    def _upload(self, s3: Any) -> None:
        self._phase("Uploading")
        destination = channels.s3_location(self._job["OutputDataConfig"]["S3OutputPath"], "S3OutputPath")
        prefix = "/".join(part for part in (destination.key.rstrip("/"), self._name, "output") if part)
        for name, folder in (("model", self._leader / "model"), ("output", self._leader / "output" / "data")):
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
