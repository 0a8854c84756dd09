"""One instance of a transform job: its model server, its logs, and its share of the objects."""

import secrets
import threading
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws.sagemaker.core.api_call import Record
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting import model_server, models
from local_aws.sagemaker.hosting.model_server import ModelServer
from local_aws.sagemaker.processes import archives
from local_aws.sagemaker.processes.child_process import QUICK_GRACE_SECONDS, Command
from local_aws.sagemaker.training import channels
from local_aws.sagemaker.training.channels import S3Location
from local_aws.sagemaker.transform import model_client
from local_aws.sagemaker.transform.data_log import TransformLogs
from local_aws.sagemaker.transform.model_client import Settings, TransformError
from local_aws.sagemaker.transform.object_transform import transform
from local_aws.sagemaker.transform.payloads import STRATEGIES

# member of the request -> the variable that tells the container about it
VARIABLES = {
    "MaxPayloadInMB": "SAGEMAKER_MAX_PAYLOAD_IN_MB",
    "BatchStrategy": "SAGEMAKER_BATCH_STRATEGY",
    "MaxConcurrentTransforms": "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS",
}


class JobFailedError(Exception):
    """The job has failed; the message becomes its FailureReason."""


class TransformHost:
    """A host of a job.

    Parameters
    ----------
    service
        Where it runs.
    job, model
        The job's record, and the model's as it was when the job was made.
    folder
        The job's folder; the host's own is below.
    objects
        What it transforms.
    """

    def __init__(
        self, service: Service, job: Record, model: Record, *, folder: Path, objects: list[S3Location]
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
        """Transform the objects, on this thread; what the model couldn't do is in `failure` afterwards.

        Parameters
        ----------
        s3, logs
            boto3's clients, with the execution role.
        archive
            The model's.

        Raises
        ------
        BadArchiveError, JobFailedError, botocore.exceptions.ClientError
            What ends the job at once.
        """
        archives.unpack(archive, self._base / "model")
        self._logs = TransformLogs(
            logs, f"{self._job['TransformJobName']}/{self._name}-{int(time.time())}", self._refused
        )
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
        """Ask the host to end; returns at once."""
        self._stopping.set()
        with self._lock:
            server = self._server
        if server:
            server.stop(QUICK_GRACE_SECONDS)

    def _refused(self, error: Exception) -> None:
        self._refusal = error
        self.stop()

    def _command(self) -> Command:
        given = {name: self._job[member] for member, name in VARIABLES.items() if member in self._job}
        variables = {
            "SAGEMAKER_BATCH": "true",
            **{name: STRATEGIES.get(value, str(value)) for name, value in given.items()},
            **self._job.get("Environment", {}),
        }
        what = f"model server of the transform job {self._job['TransformJobName']}"
        return models.serve_command(self._service, self._model, self._base, what, variables)

    def _transform_all(self, s3: Any, server: ModelServer) -> None:
        if not server.wait_until_healthy(model_server.PING_LIMIT_SECONDS):
            self._fail(
                TransformError("AlgorithmError", "The model server did not pass the ping health check")
            )
            return
        settings = Settings.of(self._job, model_client.execution_parameters(server))
        self._logs.say(str(settings))
        for found in self._objects:
            if self._stopping.is_set():
                return
            try:
                self._transform(s3, server, found, settings)
            except ClientError as error:
                raise JobFailedError(f"ClientError: {found.uri}: {error}") from error

    def _transform(self, s3: Any, server: ModelServer, found: S3Location, settings: Settings) -> None:
        """Transform one object: it has no output if anything in it fails, but others may have theirs."""
        source, result = self._base / "input", self._base / "output"
        channels.fetch(s3, found, source)
        try:
            transform(self._job, settings, server, source, result)
        except TransformError as error:
            self._fail(error, found)
            return
        if not self._stopping.is_set():
            self._upload(s3, found, result)

    def _fail(self, error: TransformError, found: S3Location | None = None) -> None:
        if not self._stopping.is_set():
            self._logs.say(str(error), found)
            self.failure = self.failure or f"{error.kind}: See job logs for more information"

    def _upload(self, s3: Any, found: S3Location, result: Path) -> None:
        bucket, key = output_of(self._job, found)
        customer_key = self._job["TransformOutput"]["KmsKeyId"]
        encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": customer_key} if customer_key else None
        )
        with result.open("rb") as file:
            s3.upload_fileobj(file, bucket, key, ExtraArgs=encryption)


def output_of(job: Record, found: S3Location) -> S3Location:
    """Return where the output of an object goes: below S3OutputPath as the object lies below the prefix."""
    uri = job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    prefix = channels.s3_location(uri, "S3Uri").key
    folder = channels.s3_location(job["TransformOutput"]["S3OutputPath"], "S3OutputPath")
    name = f"{channels.relative_path(found.key, prefix)}.out"
    return S3Location(folder.bucket, f"{folder.key.rstrip('/')}/{name}".lstrip("/"))
