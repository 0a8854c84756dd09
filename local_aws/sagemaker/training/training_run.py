"""The run of one training job: the phases of SageMaker's service."""

import logging
import re
import shutil
import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import faults
from local_aws.process.ports import free_port
from local_aws.sagemaker.core import s3_objects
from local_aws.sagemaker.core.access.execution_role import TRAINING_METRICS_NAMESPACE, ExecutionRole
from local_aws.sagemaker.core.api_call import now
from local_aws.sagemaker.core.errors import JobFailedError
from local_aws.sagemaker.core.resources import TrainingJob
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.processes import archives
from local_aws.sagemaker.processes.child_process import QUICK_GRACE_SECONDS, ChildProcess
from local_aws.sagemaker.training import container_files, job_status
from local_aws.sagemaker.training.job_metrics import JobMetrics
from local_aws.sagemaker.training.training_host import TrainingHost

STOP_GRACE_SECONDS = 120.0

logger = logging.getLogger(__name__)


class TrainingRun:
    """The run of a training job.

    Parameters
    ----------
    service
        The service context.
    job
        The stored job, which the run updates.
    """

    def __init__(self, service: Service, job: TrainingJob) -> None:
        self._service = service
        self._job = job
        self._name = job["TrainingJobName"]
        self._base = service.folder / "training-jobs" / self._name.lower()
        self._hosts = [
            TrainingHost(service, job, index, self._base, self._handle_refusal)
            for index in range(len(container_files.hosts(job)))
        ]
        self._first_host = self._hosts[0].base
        self._children: list[ChildProcess] = []
        self._stop_status = ""
        self._refusal: Exception | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def run(self) -> None:
        """Run the job on this thread; every outcome becomes the job's last status."""
        try:
            self._train()
            self._finish(self._stop_status or "Completed")
        except JobFailedError as failure:
            self._finish("Failed", str(failure))
        except (ClientError, BotoCoreError, OSError, ValueError) as error:
            self._finish("Failed", f"ClientError: {error}")
        except Exception as error:
            logger.exception("The training job %s failed with an internal error", self._name)
            self._finish("Failed", f"InternalServerError: {error!r}")
        finally:
            shutil.rmtree(self._base, ignore_errors=True)
            self._ended.set()

    def stop(self, status: str = "Stopped") -> None:
        """Stop the job; ``status`` becomes its last secondary status."""
        with self._lock:
            if self._stop_status or self._ended.is_set():
                return
            self._stop_status = status
        with self._service.store.lock:
            self._job["TrainingJobStatus"] = "Stopping"
            job_status.enter(self._job, "Stopping")
        self._stop_processes(STOP_GRACE_SECONDS)

    def stop_soon(self) -> None:
        """Stop the processes within seconds, because the server is ending."""
        with self._lock:
            self._stop_status = self._stop_status or "Stopped"
        self._stop_processes(QUICK_GRACE_SECONDS)

    def wait_until_stopped(self) -> None:
        """Wait until the processes have ended."""
        for child in self._children:
            child.wait_until_ended(QUICK_GRACE_SECONDS + 2)

    def _train(self) -> None:
        if reason := faults.next_job_failure("training-job"):
            raise JobFailedError(reason)
        role = ExecutionRole(self._job["RoleArn"])
        role.require_container(
            self._job["AlgorithmSpecification"]["TrainingImage"], TRAINING_METRICS_NAMESPACE
        )
        try:
            for host in self._hosts:
                host.open_log(role.client("logs"))
            self._enter("Downloading")
            with self._service.store.lock:
                self._job["TrainingStartTime"] = now()
            for host in self._hosts:
                host.download(role.client("s3"))
            self._enter("Training")
            self._run_programs(role)
        finally:
            for host in self._hosts:
                host.close_log()
        if self._refusal:
            raise JobFailedError(f"ClientError: {self._refusal}")

    def _run_programs(self, role: ExecutionRole) -> None:
        metrics = JobMetrics(self._metric_definitions())
        limit = self._job["StoppingCondition"].get("MaxRuntimeInSeconds", 86400)
        timer = threading.Timer(limit, self.stop, ("MaxRuntimeExceeded",))
        timer.daemon = True
        timer.start()
        try:
            failed = self._run_hosts(metrics.read)
        finally:
            timer.cancel()
        with self._service.store.lock:  # a Describe call may be copying the job
            self._job["FinalMetricDataList"] = metrics.final()
        metrics.publish(role.client("cloudwatch"), self._name)
        if failed and not self._stop_status and not self._refusal:
            raise JobFailedError(self._failure_reason(failed))
        if not self._stop_status or any((self._first_host / "model").iterdir()):
            self._upload(role.client("s3"))

    def _run_hosts(self, on_line: Callable[[str], None]) -> TrainingHost | None:
        """Run every host's program, each on the thread that waits for it; return the first that failed."""
        # At AWS each host has its own ports; here all hosts share those of one machine.
        # MASTER_PORT is PyTorch's name for the rendezvous port; SageMaker's toolkits set it, too.
        variables = {"MASTER_PORT": str(free_port())} if len(self._hosts) > 1 else {}
        with self._lock:
            self._children = [host.prepare(on_line, variables) for host in self._hosts]
            if self._stop_status:
                self._stop_processes(STOP_GRACE_SECONDS)
        failed: list[TrainingHost] = []
        threads = [
            threading.Thread(target=self._run_host, args=(host, failed), daemon=True) for host in self._hosts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return failed[0] if failed else None

    def _run_host(self, host: TrainingHost, failed: list[TrainingHost]) -> None:
        try:
            host.run()
        except Exception as error:  # noqa: BLE001 -- lost with its thread, it would count as success
            self._handle_refusal(error)
        if host.exit_code:
            failed.append(host)
            self._stop_processes(STOP_GRACE_SECONDS)

    def _stop_processes(self, grace: float) -> None:
        for child in self._children:
            child.stop(grace)

    def _handle_refusal(self, error: Exception) -> None:
        self._refusal = error
        self._stop_processes(STOP_GRACE_SECONDS)

    def _failure_reason(self, host: TrainingHost) -> str:
        reason = container_files.failure_reason(host.base, host.exit_code or 0)
        return f"{reason} (host {host.name})" if len(self._hosts) > 1 else reason

    def _metric_definitions(self) -> dict[str, re.Pattern[str]]:
        algorithm = self._job["AlgorithmSpecification"]
        requested = {m["Name"]: re.compile(m["Regex"]) for m in algorithm.get("MetricDefinitions", [])}
        return {**self._service.images.metrics(algorithm["TrainingImage"]), **requested}

    def _upload(self, s3: Any) -> None:
        self._enter("Uploading")
        destination = s3_objects.parse_uri(self._job["OutputDataConfig"]["S3OutputPath"], "S3OutputPath")
        prefix = "/".join(part for part in (destination.key.rstrip("/"), self._name, "output") if part)
        output = self._first_host / "output" / "data"
        for name, folder in (("model", self._first_host / "model"), ("output", output)):
            if name == "model" or any(folder.iterdir()):
                archive = self._base / f"{name}.tar.gz"
                archives.pack(folder, archive)
                s3.upload_file(str(archive), destination.bucket, f"{prefix}/{archive.name}")
        with self._service.store.lock:
            uri = f"s3://{destination.bucket}/{prefix}/model.tar.gz"
            self._job["ModelArtifacts"] = {"S3ModelArtifacts": uri}

    def _enter(self, status: str) -> None:
        with self._service.store.lock:
            if not self._stop_status:
                job_status.enter(self._job, status)

    def _finish(self, status: str, reason: str = "") -> None:
        with self._service.store.lock:
            job_status.finish(self._job, status, reason)
