"""How an endpoint comes up, changes over to another configuration, ends, and comes back after a restart."""

import logging
import socket
import time
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import identity
from local_aws.sagemaker.core.api_call import Record, now
from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.service import Service, in_background, in_region
from local_aws.sagemaker.hosting.fleet import Fleet, UnhealthyError, Variant
from local_aws.sagemaker.processes.archives import BadArchiveError

SERVER_READY_SECONDS = 60.0
EXPECTED = (UnhealthyError, BadArchiveError, ServiceError, ClientError, BotoCoreError, OSError)

logger = logging.getLogger(__name__)


def create(service: Service, endpoint: Record, fleet: Fleet) -> None:
    """Bring a new endpoint up: InService, or Failed with the reason."""
    reason = _start(service, endpoint, fleet)
    with service.store.lock:
        deleted = endpoint["EndpointStatus"] == "Deleting"
        if reason and not deleted:
            endpoint.update(EndpointStatus="Failed", FailureReason=reason, LastModifiedTime=now())
        elif not deleted:
            _serve(service, endpoint, fleet)
    if deleted:
        fleet.stop()
        _forget(service, endpoint)


def update(service: Service, endpoint: Record, fleet: Fleet) -> None:
    """Change an endpoint over to new servers, or keep the old ones and say why."""
    reason = _start(service, endpoint, fleet)
    old = service.fleets[endpoint["EndpointArn"]]
    if not reason:
        with service.store.lock:
            service.fleets[endpoint["EndpointArn"]] = fleet
        old.drain()
        old.stop()
    with service.store.lock:
        endpoint.pop("PendingDeploymentSummary", None)
        if reason:
            endpoint.update(EndpointStatus="InService", FailureReason=reason, LastModifiedTime=now())
        else:
            _serve(service, endpoint, fleet)


def delete(service: Service, endpoint: Record) -> None:
    """End an endpoint's servers and forget it; one that is still being created is forgotten by `create`."""
    arn = endpoint["EndpointArn"]
    starting = service.starting.get(arn)
    if starting:
        starting.stop_soon()
        return
    fleet = service.fleets.pop(arn, None)
    if fleet:
        fleet.drain()
        fleet.stop()
    _forget(service, endpoint)


def _forget(service: Service, endpoint: Record) -> None:
    with service.store.lock:
        service.store.endpoints.pop(endpoint["EndpointArn"], None)
        service.store.tags.pop(endpoint["EndpointArn"], None)


def _start(service: Service, endpoint: Record, fleet: Fleet) -> str:
    """Start a fleet; return why it doesn't serve, "" if it does."""
    service.starting[endpoint["EndpointArn"]] = fleet
    try:
        fleet.start()
    except EXPECTED as error:
        return str(error)
    except Exception as error:
        logger.exception("The endpoint %s met an error of this program", endpoint["EndpointName"])
        return f"InternalServerError: {error!r}"
    finally:
        del service.starting[endpoint["EndpointArn"]]
    return ""


def _serve(service: Service, endpoint: Record, fleet: Fleet) -> None:
    service.fleets[endpoint["EndpointArn"]] = fleet
    endpoint.update(
        EndpointStatus="InService",
        EndpointConfigName=fleet.config["EndpointConfigName"],
        ProductionVariants=[described(variant) for variant in fleet.variants],
        LastModifiedTime=now(),
        # What the servers came from, for starting them again: the model may be deleted meanwhile.
        _Config=fleet.config,
        _Models=[variant.model for variant in fleet.variants],
    )


def described(variant: Variant) -> Record:
    """Return a running variant as DescribeEndpoint shows it."""
    image = variant.model["PrimaryContainer"]["Image"]
    deployed = {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": now()}
    return {
        "VariantName": variant.name,
        "DeployedImages": [deployed],
        "CurrentWeight": variant.weight,
        "DesiredWeight": variant.weight,
        "CurrentInstanceCount": variant.instances,
        "DesiredInstanceCount": variant.instances,
    }


def variants_of(service: Service, endpoint: Record) -> list[Variant]:
    """Return what an endpoint runs at this moment."""
    fleet = service.fleets.get(endpoint["EndpointArn"])
    return fleet.variants if fleet else []


def revive(service: Service) -> None:
    """Start the servers of the endpoints that a former server had; called after the state is restored."""
    for arn, endpoint in list(service.store.endpoints.items()):
        status = endpoint["EndpointStatus"]
        if status == "Deleting":
            del service.store.endpoints[arn]
        elif status == "Creating":
            endpoint.update(
                EndpointStatus="Failed", FailureReason="The local AWS stopped while the endpoint was created."
            )
        elif "_Config" in endpoint and status != "Failed":
            _revive(service, endpoint)


def _revive(service: Service, endpoint: Record) -> None:
    fleet = Fleet(service, endpoint["EndpointName"], endpoint["_Config"], _former_variants(endpoint))
    endpoint.pop("PendingDeploymentSummary", None)
    endpoint["EndpointStatus"] = "SystemUpdating"

    def bring_back() -> None:
        _wait_for_this_server()
        create(service, endpoint, fleet)

    region = endpoint["EndpointArn"].split(":")[3]
    in_background(in_region(region, bring_back), f"bring back endpoint {endpoint['EndpointName']}")


def _former_variants(endpoint: Record) -> list[Variant]:
    shown = {variant["VariantName"]: variant for variant in endpoint["ProductionVariants"]}
    pairs = zip(endpoint["_Config"]["ProductionVariants"], endpoint["_Models"], strict=True)
    return [
        Variant(settings, model, last["CurrentWeight"], last["CurrentInstanceCount"])
        for settings, model in pairs
        if (last := shown[settings["VariantName"]])
    ]


def _wait_for_this_server() -> None:
    """Wait: archives and logs go through this server's own API, which isn't served yet."""
    place = urlsplit(identity.endpoint())
    until = time.monotonic() + SERVER_READY_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex((str(place.hostname), place.port or 80)) == 0:
                return
        time.sleep(0.1)
