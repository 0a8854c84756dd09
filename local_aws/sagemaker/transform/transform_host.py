"""One instance of a transform job: its model server, its logs, and its share of the objects."""

import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws.sagemaker.core import s3_objects
from local_aws.sagemaker.core.errors import JobFailedError
from local_aws.sagemaker.core.resources import Model, TransformJob
from local_aws.sagemaker.core.s3_objects import S3Location
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting import model_container, model_server
from local_aws.sagemaker.hosting.model_server import ModelServer
from local_aws.sagemaker.processes import archives
from local_aws.sagemaker.processes.child_process import QUICK_GRACE_SECONDS, Command
from local_aws.sagemaker.transform.data_log import TransformLogs
from local_aws.sagemaker.transform.model_client import TransformError
from local_aws.sagemaker.transform.object_transform import transform
from local_aws.sagemaker.transform.payloads import CONTAINER_STRATEGIES
from local_aws.sagemaker.transform.transform_settings import TransformSettings, execution_parameters

# member of the request -> the variable that passes it to the container
VARIABLES = {
    "MaxPayloadInMB": "SAGEMAKER_MAX_PAYLOAD_IN_MB",
    "BatchStrategy": "SAGEMAKER_BATCH_STRATEGY",
    "MaxConcurrentTransforms": "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS",
}


class TransformHost:
    """A host of a transform job.

    Parameters
    ----------
    service
        The service context.
    job, model
        The stored job, and its model.
    folder
        The job's folder; the host's folder is a sub-folder.
    objects
        The objects that the host transforms.
    """

    def __init__(
        self, service: Service, job: TransformJob, model: Model, *, folder: Path, objects: list[S3Location]
    ) -> None:
        self._service = service
        self._job = job
        self._model = model
        self._objects = objects
        self._name = f"i-{secrets.token_hex(9)[:17]}"
        self._base = folder / self._name
        self._server: ModelServer | None = None
        self._refusal: Exception | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.failure = ""

    def run(self, s3: Any, logs: Any, archive: Path) -> None:
        """Transform the objects on this thread; afterwards `failure` has the reason if an object failed.

        Parameters
        ----------
        s3, logs
            boto3's clients, with the execution role.
        archive
            The model's archive.

        Raises
        ------
        BadArchiveError, JobFailedError, botocore.exceptions.ClientError
            The job can't continue.
        """
        archives.unpack(archive, self._base / "model")
        stream = f"{self._job['TransformJobName']}/{self._name}-{int(time.time())}"
        self._logs = TransformLogs(logs, stream, self._handle_refusal)
        self._logs.open()
        server = ModelServer(self._command(), self._logs.server)
        with self._lock:
            self._server = server
        if self._stopping.is_set():
            server.stop(QUICK_GRACE_SECONDS)
        try:
            server.start()
            self._transform_all(s3, server)
        finally:
            server.stop(QUICK_GRACE_SECONDS)
            server.wait_until_ended(QUICK_GRACE_SECONDS + 2)
            self._logs.close()
        if self._refusal:
            raise self._refusal

    def stop(self) -> None:
        """Stop the host; returns immediately."""
        self._stopping.set()
        with self._lock:
            server = self._server
        if server:
            server.stop(QUICK_GRACE_SECONDS)

    def _handle_refusal(self, error: Exception) -> None:
        self._refusal = error
        self.stop()

    def _command(self) -> Command:
        variables = {**_container_variables(self._job), **self._job.get("Environment", {})}
        description = f"model server of the transform job {self._job['TransformJobName']}"
        return model_container.serve_command(self._service, self._model, self._base, description, variables)

    def _transform_all(self, s3: Any, server: ModelServer) -> None:
        if not server.wait_until_healthy(model_server.PING_LIMIT_SECONDS):
            self._fail(
                TransformError("AlgorithmError", "The model server did not pass the ping health check")
            )
            return
        settings = TransformSettings.from_job(self._job, execution_parameters(server))
        self._logs.write(str(settings))
        for location in self._objects:
            if self._stopping.is_set():
                return
            try:
                self._transform(s3, server, location, settings)
            except ClientError as error:
                raise JobFailedError(f"ClientError: {location.uri}: {error}") from error

    def _transform(
        self, s3: Any, server: ModelServer, location: S3Location, settings: TransformSettings
    ) -> None:
        """Transform one object; if one of its records fails, it has no output, and the others go on."""
        source, output = self._base / "input", self._base / "output"
        s3_objects.download(s3, location, source)
        try:
            transform(self._job, settings, server, source, output)
        except TransformError as error:
            self._fail(error, location)
            return
        if not self._stopping.is_set():
            self._upload(s3, location, output)

    def _fail(self, error: TransformError, location: S3Location | None = None) -> None:
        if not self._stopping.is_set():
            self._logs.write(str(error), location)
            self.failure = self.failure or f"{error.kind}: See job logs for more information"

    def _upload(self, s3: Any, location: S3Location, output: Path) -> None:
        bucket, key = output_location(self._job, location)
        kms_key = self._job["TransformOutput"]["KmsKeyId"]
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else None
        with output.open("rb") as file:
            s3.upload_fileobj(file, bucket, key, ExtraArgs=encryption)


def _container_variables(job: Mapping[str, Any]) -> dict[str, str]:
    requested = {name: job[member] for member, name in VARIABLES.items() if member in job}
    return {
        "SAGEMAKER_BATCH": "true",
        **{name: CONTAINER_STRATEGIES.get(value, str(value)) for name, value in requested.items()},
    }


def output_location(job: TransformJob, location: S3Location) -> S3Location:
    """Return the output of an object: its path below the input prefix, below S3OutputPath."""
    uri = job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    prefix = s3_objects.parse_uri(uri, "S3Uri").key
    folder = s3_objects.parse_uri(job["TransformOutput"]["S3OutputPath"], "S3OutputPath")
    name = f"{s3_objects.relative_path(location.key, prefix)}.out"
    return S3Location(folder.bucket, f"{folder.key.rstrip('/')}/{name}".lstrip("/"))
