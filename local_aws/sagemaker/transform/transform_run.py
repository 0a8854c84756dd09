"""The run of one transform job."""

import logging
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import faults
from local_aws.sagemaker.core import s3_objects
from local_aws.sagemaker.core.access.execution_role import TRANSFORM_METRICS_NAMESPACE, ExecutionRole
from local_aws.sagemaker.core.api_call import now
from local_aws.sagemaker.core.errors import JobFailedError, ServiceError
from local_aws.sagemaker.core.resources import MAX_FAILURE_REASON, Model, TransformJob
from local_aws.sagemaker.core.s3_objects import S3Location
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting.fleet import MAX_SERVERS
from local_aws.sagemaker.hosting.model_container import fetch_archive
from local_aws.sagemaker.processes.archives import BadArchiveError
from local_aws.sagemaker.processes.child_process import QUICK_GRACE_SECONDS
from local_aws.sagemaker.transform.transform_host import TransformHost

logger = logging.getLogger(__name__)


class TransformRun:
    """The run of a transform job.

    Parameters
    ----------
    service
        The service context.
    job
        The stored job, which the run updates.
    model
        The model; it may be deleted from the store while the job runs.
    """

    def __init__(self, service: Service, job: TransformJob, model: Model) -> None:
        self._service = service
        self._job = job
        self._model = model
        self._base = service.folder / "transform-jobs" / job["TransformJobName"].lower()
        self._hosts: list[TransformHost] = []
        self._stopped = False
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def run(self) -> None:
        """Run the job on this thread; every outcome becomes the job's last status."""
        try:
            self._transform()
            self._finish("Stopped" if self._stopped else "Completed")
        except JobFailedError as failure:
            self._finish("Failed", str(failure))
        except (ClientError, BotoCoreError, ServiceError, BadArchiveError, OSError, ValueError) as error:
            self._finish("Failed", f"ClientError: {error}")
        except Exception as error:
            logger.exception("The transform job %s failed with an internal error", self._base.name)
            self._finish("Failed", f"InternalServerError: {error!r}")
        finally:
            shutil.rmtree(self._base, ignore_errors=True)

    def stop(self) -> None:
        """Stop the job: nothing more is written."""
        with self._service.store.lock:
            if self._ended.is_set():
                return
            self._job["TransformJobStatus"] = "Stopping"
            self._job["LastModifiedTime"] = now()
        self._stop_hosts()

    def stop_soon(self) -> None:
        """Stop the model servers within seconds, because the local AWS is ending."""
        self._stop_hosts()

    def wait_until_stopped(self) -> None:
        """Wait until the model servers have ended."""
        self._ended.wait(QUICK_GRACE_SECONDS + 2)

    def _stop_hosts(self) -> None:
        with self._lock:
            self._stopped = True
            for host in self._hosts:
                host.stop()

    def _transform(self) -> None:
        if reason := faults.next_job_failure("transform-job"):
            raise JobFailedError(reason)
        role = ExecutionRole(self._model["ExecutionRoleArn"])
        role.require_container(self._model["PrimaryContainer"]["Image"], TRANSFORM_METRICS_NAMESPACE)
        s3, logs = role.client("s3"), role.client("logs")
        source = self._job["TransformInput"]["DataSource"]["S3DataSource"]
        objects = s3_objects.list_objects(s3, s3_objects.parse_uri(source["S3Uri"], "S3Uri"))
        if not objects:
            raise JobFailedError(f"ClientError: The objects under {source['S3Uri']} were deleted.")
        archive = fetch_archive(self._model, self._base)
        with self._service.store.lock:  # a Describe call may be copying the job
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
        """Distribute the objects over the hosts that run here, at most `MAX_SERVERS`."""
        count = min(self._job["TransformResources"]["InstanceCount"], MAX_SERVERS, len(objects))
        return [objects[index::count] for index in range(count)]

    def _finish(self, status: str, reason: str = "") -> None:
        moment = now()
        with self._service.store.lock:
            self._job.setdefault("TransformStartTime", moment)
            self._job["TransformJobStatus"] = status
            self._job["TransformEndTime"] = self._job["LastModifiedTime"] = moment
            if reason:
                self._job["FailureReason"] = reason[:MAX_FAILURE_REASON]
            self._ended.set()
