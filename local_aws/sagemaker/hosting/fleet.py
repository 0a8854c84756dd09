"""A fleet: all model servers of an endpoint under one configuration, replaced as a whole by an update."""

import contextlib
import logging
import random
import secrets
import shutil
import threading
from collections.abc import Iterator
from typing import Any

from local_aws.sagemaker.core.access.execution_role import ENDPOINT_METRICS_NAMESPACE, ExecutionRole
from local_aws.sagemaker.core.resources import EndpointConfig
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting import model_container, model_server
from local_aws.sagemaker.hosting.model_server import ModelServer
from local_aws.sagemaker.hosting.variant import Variant
from local_aws.sagemaker.processes import archives
from local_aws.sagemaker.processes.child_process import QUICK_GRACE_SECONDS
from local_aws.sagemaker.processes.log_stream import LogStream

LOG_GROUP = "/aws/sagemaker/Endpoints"
REQUEST_LIMIT_SECONDS = 60.0
MAX_SERVERS = 2  # per variant; more instances are described but share these

logger = logging.getLogger(__name__)


class UnhealthyError(Exception):
    """The endpoint can't serve; the message becomes its FailureReason."""


class Fleet:
    """The servers of an endpoint under one configuration.

    Parameters
    ----------
    service
        The service context.
    endpoint
        The endpoint's name.
    config
        The endpoint configuration.
    variants
        Its variants with their models; `start` adds their servers.
    """

    def __init__(
        self, service: Service, endpoint: str, config: EndpointConfig, variants: list[Variant]
    ) -> None:
        self._service = service
        self._endpoint = endpoint
        self._folder = service.folder / "endpoints" / f"{endpoint.lower()}-{secrets.token_hex(4)}"
        self.config = config
        self.variants = variants
        self._requests = 0
        self._requests_changed = threading.Condition()

    def start(self) -> None:
        """Start every server and wait until all respond to their pings; after a failure none runs.

        Raises
        ------
        UnhealthyError, ServiceError, botocore.exceptions.ClientError, PermissionError
            The reason why the endpoint can't serve.
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
        role = ExecutionRole(variant.model["ExecutionRoleArn"])
        role.require_container(variant.image, ENDPOINT_METRICS_NAMESPACE)
        folder = self._folder / variant.name
        archive = model_container.fetch_archive(variant.model, folder)
        for number in range(min(variant.instances, MAX_SERVERS)):
            base = folder / str(number)
            archives.unpack(archive, base / "model")
            command = model_container.serve_command(
                self._service, variant.model, base, f"model server of {self._endpoint}"
            )
            server = ModelServer(command, self._open_log(variant, role.client("logs")))
            variant.servers.append(server)
            server.start()
        archive.unlink()

    def _open_log(self, variant: Variant, logs: Any) -> LogStream:
        log = LogStream(
            logs,
            f"{LOG_GROUP}/{self._endpoint}",
            f"{variant.name}/i-{secrets.token_hex(9)[:17]}",
            on_error=lambda error: logger.warning("Log lines of %s were lost: %s", self._endpoint, error),
        )
        log.open()
        log.write_now(f"Starting the model server of {variant.image} ...")
        return log

    def choose_variant(self, target: str | None) -> Variant | None:
        """Return the target variant of a request, or one by weight; None if there is none."""
        if target:
            return next((variant for variant in self.variants if variant.name == target), None)
        weights = [variant.weight for variant in self.variants]
        return random.choices(self.variants, weights)[0] if any(weights) else None  # noqa: S311 -- traffic

    @contextlib.contextmanager
    def open_request(self) -> Iterator[None]:
        """Count a request as open; `drain` waits for it."""
        with self._requests_changed:
            self._requests += 1
        try:
            yield
        finally:
            with self._requests_changed:
                self._requests -= 1
                self._requests_changed.notify_all()

    def drain(self) -> None:
        """Wait until the open requests have their responses."""
        with self._requests_changed:
            self._requests_changed.wait_for(lambda: self._requests == 0, REQUEST_LIMIT_SECONDS)

    @property
    def servers(self) -> list[ModelServer]:
        """Every server of every variant."""
        return [server for variant in self.variants for server in variant.servers]

    def stop(self, grace: float | None = None) -> None:
        """Stop every server (SIGTERM, SIGKILL after the grace), wait for it, and remove the files."""
        grace = model_server.STOP_GRACE_SECONDS if grace is None else grace
        for server in self.servers:
            server.stop(grace)
        for server in self.servers:
            server.wait_until_ended(grace + 2)
        shutil.rmtree(self._folder, ignore_errors=True)

    def stop_soon(self) -> None:
        """Stop every server within seconds, because the local AWS is ending."""
        for server in self.servers:
            server.stop(QUICK_GRACE_SECONDS)

    def wait_until_stopped(self) -> None:
        """Wait until the servers have ended, and remove the files."""
        self.stop(QUICK_GRACE_SECONDS)
