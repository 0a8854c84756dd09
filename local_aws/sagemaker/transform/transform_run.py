"""One transform job, from its start to its last status."""

import logging
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import faults
from local_aws.sagemaker.core.access.execution_role import TRANSFORM_METRICS_NAMESPACE, require_image_pull
from local_aws.sagemaker.core.api_call import Record, now
from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting import models
from local_aws.sagemaker.hosting.fleet import MAX_SERVERS
from local_aws.sagemaker.processes.archives import BadArchiveError
from local_aws.sagemaker.processes.child_process import QUICK_GRACE_SECONDS
from local_aws.sagemaker.training import channels
from local_aws.sagemaker.training.channels import S3Location
from local_aws.sagemaker.transform.transform_host import JobFailedError, TransformHost

MAX_REASON = 1024

logger = logging.getLogger(__name__)


class TransformRun:
    """A transform job that runs.

    Parameters
    ----------
    service
        Where it runs.
    job
        Its record, which this changes as it goes.
    model
        The model as it was when the job was made.
    """

    def __init__(self, service: Service, job: Record, model: Record) -> None:
        self._service = service
        self._job = job
        self._model = model
        self._base = service.folder / "transform-jobs" / job["TransformJobName"].lower()
        self._hosts: list[TransformHost] = []
        self._stopped = False
        self._lock = threading.Lock()
        self.ended = threading.Event()

    def run(self) -> None:
        """Do everything, on this thread; whatever happens, the job gets its last status."""
        try:
            self._transform()
            self._finish("Stopped" if self._stopped else "Completed")
        except JobFailedError as failure:
            self._finish("Failed", str(failure))
        except (ClientError, BotoCoreError, ServiceError, BadArchiveError, OSError, ValueError) as error:
            self._finish("Failed", f"ClientError: {error}")
        except Exception as error:
            logger.exception("The transform job %s met an error of this program", self._base.name)
            self._finish("Failed", f"InternalServerError: {error!r}")
        finally:
            shutil.rmtree(self._base, ignore_errors=True)
            self._service.transform_runs.pop(self._job["TransformJobArn"], None)

    def stop(self) -> None:
        """Ask the job to end: nothing more is written."""
        with self._service.store.lock:
            if self.ended.is_set():
                return
            self._job.update(TransformJobStatus="Stopping", LastModifiedTime=now())
        self._stop_hosts()

    def stop_soon(self) -> None:
        """Ask the model servers to end within seconds; the server itself is about to end."""
        self._stop_hosts()

    def wait_until_stopped(self) -> None:
        """Wait for the model servers' ends."""
        self.ended.wait(QUICK_GRACE_SECONDS + 2)

    def _stop_hosts(self) -> None:
        with self._lock:
            self._stopped = True
            for host in self._hosts:
                host.stop()

    def _transform(self) -> None:
        if reason := faults.next_job_failure("transform-job"):
            raise JobFailedError(reason)
        role = self._service.role(self._model["ExecutionRoleArn"])
        require_image_pull(role, self._model["PrimaryContainer"]["Image"])
        role.require("cloudwatch:PutMetricData", "*", cloudwatch__namespace=TRANSFORM_METRICS_NAMESPACE)
        s3, logs = role.client("s3"), role.client("logs")
        source = self._job["TransformInput"]["DataSource"]["S3DataSource"]
        objects = channels.objects_of(s3, channels.s3_location(source["S3Uri"], "S3Uri"))
        if not objects:
            raise JobFailedError(f"ClientError: The objects under {source['S3Uri']} were deleted.")
        archive = models.fetch_archive(self._service, self._model, self._base)
        with self._service.store.lock:  # a Describe call may be copying the record
            self._job["TransformStartTime"] = now()
        with self._lock:
            if self._stopped:
                return
            self._hosts = [
                TransformHost(self._service, self._job, self._model, folder=self._base, objects=share)
                for share in self._shares(objects)
            ]
        with ThreadPoolExecutor(len(self._hosts)) as pool:
            list(pool.map(lambda host: host.run(s3, logs, archive), self._hosts))
        failures = [host.failure for host in self._hosts if host.failure]
        if failures and not self._stopped:
            raise JobFailedError(failures[0])

    def _shares(self, objects: list[S3Location]) -> list[list[S3Location]]:
        """Give each instance its share of the objects; more instances than run here share with these."""
        count = min(self._job["TransformResources"]["InstanceCount"], MAX_SERVERS, len(objects))
        return [objects[index::count] for index in range(count)]

    def _finish(self, status: str, reason: str = "") -> None:
        moment = now()
        with self._service.store.lock:
            self._job.setdefault("TransformStartTime", moment)
            self._job.update(TransformJobStatus=status, TransformEndTime=moment, LastModifiedTime=moment)
            if reason:
                self._job["FailureReason"] = reason[:MAX_REASON]
            self.ended.set()
