"""The deployments of endpoints: a fleet starts, replaces another one, ends, and is restarted."""

import logging
import socket
import time
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import identity
from local_aws.sagemaker.core.api_call import now
from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.resources import Endpoint, EndpointConfig
from local_aws.sagemaker.core.service import Service, in_background, in_region
from local_aws.sagemaker.hosting.fleet import Fleet, UnhealthyError
from local_aws.sagemaker.hosting.variant import Variant
from local_aws.sagemaker.processes.archives import BadArchiveError

SERVER_READY_SECONDS = 60.0
EXPECTED = (UnhealthyError, BadArchiveError, ServiceError, ClientError, BotoCoreError, OSError)

logger = logging.getLogger(__name__)


class Deployments:
    """The fleets of all endpoints.

    Parameters
    ----------
    service
        The service context.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self._store = service.store
        # ARN of an endpoint -> the fleet that serves it, and the fleet that is starting
        self._serving: dict[str, Fleet] = {}
        self._starting: dict[str, Fleet] = {}

    def fleet(self, endpoint_arn: str) -> Fleet | None:
        """Return the fleet that serves an endpoint, None if none does."""
        return self._serving.get(endpoint_arn)

    def fleets(self) -> list[Fleet]:
        """Return every fleet that serves or starts."""
        return [*self._serving.values(), *self._starting.values()]

    def variants(self, endpoint: Endpoint) -> list[Variant]:
        """Return the running variants of an endpoint."""
        fleet = self._serving.get(endpoint["EndpointArn"])
        return fleet.variants if fleet else []

    def variants_in_region(self, region: str) -> list[Variant]:
        """Return all variants of a region that serve or start."""
        fleets = [*self._serving.items(), *self._starting.items()]
        return [variant for arn, fleet in fleets if arn.split(":")[3] == region for variant in fleet.variants]

    def create(self, endpoint: Endpoint, config: EndpointConfig, variants: list[Variant]) -> None:
        """Start an endpoint's servers in the background: then it is InService, or Failed with the reason."""
        fleet = Fleet(self.service, endpoint["EndpointName"], config, variants)
        in_background(lambda: self._create(endpoint, fleet), f"create endpoint {endpoint['EndpointName']}")

    def _create(self, endpoint: Endpoint, fleet: Fleet) -> None:
        reason = self._start(endpoint, fleet)
        with self._store.lock:
            deleted = endpoint["EndpointStatus"] == "Deleting"
            if reason and not deleted:
                _set_status(endpoint, "Failed", reason)
            elif not deleted:
                self._serve(endpoint, fleet)
        if deleted:
            fleet.stop()
            self._remove(endpoint)

    def update(self, endpoint: Endpoint, config: EndpointConfig, variants: list[Variant]) -> None:
        """Replace an endpoint's servers in the background; on a failure the old ones keep serving."""
        fleet = Fleet(self.service, endpoint["EndpointName"], config, variants)
        in_background(lambda: self._update(endpoint, fleet), f"update endpoint {endpoint['EndpointName']}")

    def _update(self, endpoint: Endpoint, fleet: Fleet) -> None:
        reason = self._start(endpoint, fleet)
        old = self._serving[endpoint["EndpointArn"]]
        if not reason:
            with self._store.lock:
                self._serving[endpoint["EndpointArn"]] = fleet
            old.drain()
            old.stop()
        with self._store.lock:
            endpoint.pop("PendingDeploymentSummary", None)
            if reason:
                _set_status(endpoint, "InService", reason)
            else:
                self._serve(endpoint, fleet)

    def delete(self, endpoint: Endpoint) -> None:
        """Stop an endpoint's servers and remove it, in the background."""
        in_background(lambda: self._delete(endpoint), f"delete endpoint {endpoint['EndpointName']}")

    def _delete(self, endpoint: Endpoint) -> None:
        arn = endpoint["EndpointArn"]
        starting = self._starting.get(arn)
        if starting:
            starting.stop_soon()
            return  # `_create` removes the endpoint
        fleet = self._serving.pop(arn, None)
        if fleet:
            fleet.drain()
            fleet.stop()
        self._remove(endpoint)

    def _remove(self, endpoint: Endpoint) -> None:
        with self._store.lock:
            self._store.endpoints.pop(endpoint["EndpointArn"], None)
            self._store.tags.pop(endpoint["EndpointArn"], None)

    def _start(self, endpoint: Endpoint, fleet: Fleet) -> str:
        """Start a fleet; return the reason why it doesn't serve, "" if it does."""
        self._starting[endpoint["EndpointArn"]] = fleet
        try:
            fleet.start()
        except EXPECTED as error:
            return str(error)
        except Exception as error:
            logger.exception("The endpoint %s failed with an internal error", endpoint["EndpointName"])
            return f"InternalServerError: {error!r}"
        finally:
            del self._starting[endpoint["EndpointArn"]]
        return ""

    def _serve(self, endpoint: Endpoint, fleet: Fleet) -> None:
        self._serving[endpoint["EndpointArn"]] = fleet
        endpoint["EndpointConfigName"] = fleet.config["EndpointConfigName"]
        endpoint["ProductionVariants"] = [variant.summary() for variant in fleet.variants]
        # For a restart: the configuration and the models may have been deleted by then.
        endpoint["_Config"] = fleet.config
        endpoint["_Models"] = [variant.model for variant in fleet.variants]
        _set_status(endpoint, "InService")

    def restart_all(self) -> None:
        """Start the servers of the restored endpoints again."""
        for arn, endpoint in list(self._store.endpoints.items()):
            status = endpoint["EndpointStatus"]
            if status == "Deleting":
                del self._store.endpoints[arn]
            elif status == "Creating":
                endpoint["EndpointStatus"] = "Failed"
                endpoint["FailureReason"] = "The local AWS stopped while the endpoint was created."
            elif "_Config" in endpoint and status != "Failed":
                self._restart(endpoint)

    def _restart(self, endpoint: Endpoint) -> None:
        fleet = Fleet(self.service, endpoint["EndpointName"], endpoint["_Config"], _saved_variants(endpoint))
        endpoint.pop("PendingDeploymentSummary", None)
        endpoint["EndpointStatus"] = "SystemUpdating"

        def create() -> None:
            _wait_for_this_server()
            self._create(endpoint, fleet)

        region = endpoint["EndpointArn"].split(":")[3]
        in_background(in_region(region, create), f"restart endpoint {endpoint['EndpointName']}")


def _set_status(endpoint: Endpoint, status: str, reason: str = "") -> None:
    endpoint["EndpointStatus"] = status
    endpoint["LastModifiedTime"] = now()
    if reason:
        endpoint["FailureReason"] = reason


def _saved_variants(endpoint: Endpoint) -> list[Variant]:
    summaries = {variant["VariantName"]: variant for variant in endpoint["ProductionVariants"]}
    pairs = zip(endpoint["_Config"]["ProductionVariants"], endpoint["_Models"], strict=True)
    return [
        Variant(settings, model, last["CurrentWeight"], last["CurrentInstanceCount"])
        for settings, model in pairs
        if (last := summaries[settings["VariantName"]])
    ]


def _wait_for_this_server() -> None:
    """Wait until this server accepts requests: archives and logs go through its own API."""
    address = urlsplit(identity.endpoint())
    until = time.monotonic() + SERVER_READY_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex((str(address.hostname), address.port or 80)) == 0:
                return
        time.sleep(0.1)
