"""All model servers of one endpoint configuration: what an update replaces as a whole."""

import contextlib
import itertools
import logging
import random
import secrets
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local_aws.sagemaker.core.access.execution_role import ENDPOINT_METRICS_NAMESPACE, require_image_pull
from local_aws.sagemaker.core.api_call import Record
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting import model_server, models
from local_aws.sagemaker.hosting.model_server import ModelServer
from local_aws.sagemaker.processes import archives
from local_aws.sagemaker.processes.child_process import QUICK_GRACE_SECONDS
from local_aws.sagemaker.processes.log_stream import LogStream

LOG_GROUP = "/aws/sagemaker/Endpoints"
REQUEST_LIMIT_SECONDS = 60.0
MAX_SERVERS = 2  # per variant; more instances are described but share these

logger = logging.getLogger(__name__)


class UnhealthyError(Exception):
    """The endpoint can't serve; the message becomes its FailureReason."""


@dataclass
class Variant:
    """A production variant that runs.

    Parameters
    ----------
    settings
        The variant's part of the endpoint configuration.
    model
        The model as it was when the fleet was made.
    """

    settings: Record
    model: Record
    weight: float
    instances: int
    servers: list[ModelServer] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=itertools.count)

    @property
    def name(self) -> str:
        """The variant's name."""
        return str(self.settings["VariantName"])

    def in_turn(self) -> list[ModelServer]:
        """Return the servers, the one first whose turn it is."""
        first = next(self.turns) % len(self.servers)
        return [*self.servers[first:], *self.servers[:first]]


class Fleet:
    """The servers of an endpoint under one configuration.

    Parameters
    ----------
    service
        Where they run.
    endpoint
        The endpoint's name.
    config
        The endpoint configuration.
    variants
        Its variants with their models; the servers come with `start`.
    """

    def __init__(self, service: Service, endpoint: str, config: Record, variants: list[Variant]) -> None:
        self._service = service
        self._endpoint = endpoint
        self._folder = service.folder / "endpoints" / f"{endpoint.lower()}-{secrets.token_hex(4)}"
        self.config = config
        self.variants = variants
        self._requests = 0
        self._idle = threading.Condition()

    def start(self) -> None:
        """Start every server and wait until all answer their pings; on any failure none is left.

        Raises
        ------
        UnhealthyError, ServiceError, botocore.exceptions.ClientError, PermissionError
            What keeps the endpoint from serving.
        """
        try:
            for variant in self.variants:
                self._start_variant(variant)
            for variant in self.variants:
                self._require_health(variant)
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def _require_health(variant: Variant) -> None:
        if not all(server.wait_until_healthy(model_server.PING_LIMIT_SECONDS) for server in variant.servers):
            raise UnhealthyError(
                f"The primary container for production variant {variant.name} did not pass the ping health "
                "check. Please check CloudWatch logs for this endpoint."
            )

    def _start_variant(self, variant: Variant) -> None:
        role = self._service.role(variant.model["ExecutionRoleArn"])
        require_image_pull(role, variant.model["PrimaryContainer"]["Image"])
        role.require("cloudwatch:PutMetricData", "*", cloudwatch__namespace=ENDPOINT_METRICS_NAMESPACE)
        archive = models.fetch_archive(self._service, variant.model, self._folder / variant.name)
        for number in range(min(variant.instances, MAX_SERVERS)):
            base = self._folder / variant.name / str(number)
            archives.unpack(archive, base / "model")
            command = models.serve_command(
                self._service, variant.model, base, f"model server of {self._endpoint}"
            )
            server = ModelServer(command, self._log(variant, role.client("logs")))
            variant.servers.append(server)
            server.start()
        archive.unlink()

    def _log(self, variant: Variant, logs: Any) -> LogStream:
        log = LogStream(
            logs,
            f"{LOG_GROUP}/{self._endpoint}",
            f"{variant.name}/i-{secrets.token_hex(9)[:17]}",
            on_error=lambda error: logger.warning("Log lines of %s were lost: %s", self._endpoint, error),
        )
        log.open()
        log.say(f"Starting the model server of {variant.model['PrimaryContainer']['Image']} ...")
        return log

    def choose(self, variant_name: str | None) -> Variant | None:
        """Return the variant that the caller named, or one by weight; None when there is none."""
        if variant_name:
            return next((v for v in self.variants if v.name == variant_name), None)
        weights = [variant.weight for variant in self.variants]
        return random.choices(self.variants, weights)[0] if any(weights) else None  # noqa: S311 -- traffic

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """Hold the servers for as long as a request lasts: `drain` waits for it."""
        with self._idle:
            self._requests += 1
        try:
            yield
        finally:
            with self._idle:
                self._requests -= 1
                self._idle.notify_all()

    def drain(self) -> None:
        """Wait until the requests that came before the traffic shifted are answered."""
        with self._idle:
            self._idle.wait_for(lambda: self._requests == 0, REQUEST_LIMIT_SECONDS)

    @property
    def servers(self) -> list[ModelServer]:
        """Every server of every variant."""
        return [server for variant in self.variants for server in variant.servers]

    def stop(self, grace: float | None = None) -> None:
        """End every server (SIGTERM, SIGKILL after the grace), wait for that, and remove the files."""
        grace = model_server.STOP_GRACE_SECONDS if grace is None else grace
        for server in self.servers:
            server.stop(grace)
        for server in self.servers:
            server.wait_until_ended(grace + 2)
        shutil.rmtree(self._folder, ignore_errors=True)

    def stop_soon(self) -> None:
        """Ask every server to end within seconds; this server itself is about to end."""
        for server in self.servers:
            server.stop(QUICK_GRACE_SECONDS)

    def wait_until_stopped(self) -> None:
        """Wait for the servers' ends, and remove the files."""
        self.stop(QUICK_GRACE_SECONDS)
