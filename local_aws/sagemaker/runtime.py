"""InvokeEndpoint: a request to a model server and back."""

import http.client
import re
import time
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote

from local_aws import identity
from local_aws.ministack.requests import Request
from local_aws.ministack.signatures import Response
from local_aws.sagemaker.calls import resource_arn
from local_aws.sagemaker.endpoint_metrics import EndpointMetrics
from local_aws.sagemaker.errors import ServiceError
from local_aws.sagemaker.fleet import LOG_GROUP, REQUEST_LIMIT_SECONDS, Fleet, Variant
from local_aws.sagemaker.model_server import ModelServer
from local_aws.sagemaker.service import Service

PATH = re.compile(r"/endpoints/([^/]+)/invocations")
MAX_BYTES = 6_291_456
RETRY_SECONDS = 0.05
RESTART_SECONDS = 10.0  # how long a request waits for a server that is being started again
PASSED = ("content-type", "accept", "x-amzn-sagemaker-custom-attributes")


class Answer(NamedTuple):
    """What a model server answered."""

    status: int
    content_type: str
    custom_attributes: str
    body: bytes


def endpoint_name(path: str) -> str | None:
    """Return the endpoint that a request to the runtime names, None if it is no such request."""
    found = PATH.fullmatch(path)
    return unquote(found[1]) if found else None


def invoke(service: Service, metrics: EndpointMetrics, name: str, request: Request) -> Response:
    """InvokeEndpoint.

    Raises
    ------
    ServiceError
        ValidationError (no such endpoint), 413 (too large), ModelError (what the model answered or that it
        didn't), ServiceUnavailable (no server runs).
    """
    fleet = _fleet(service, name)
    if len(request.body) > MAX_BYTES:
        raise ServiceError(
            "ValidationError",
            f"The request body has {len(request.body)} bytes; the limit is {MAX_BYTES}.",
            413,
        )
    wanted = request.headers.get("x-amzn-sagemaker-target-variant")
    variant = fleet.choose(wanted)
    if variant is None:
        raise ServiceError("ValidationError", f"Endpoint {name} has no variant {wanted} that takes traffic.")
    with fleet.request():
        return _through(metrics, name, variant, request)


def _fleet(service: Service, name: str) -> Fleet:
    arn = resource_arn("endpoint", name, identity.region(), identity.account())
    fleet = service.fleets.get(arn)
    if fleet is None:
        raise ServiceError("ValidationError", f"Endpoint {name} of account {identity.account()} not found.")
    return fleet


def _through(metrics: EndpointMetrics, name: str, variant: Variant, request: Request) -> Response:
    started = time.monotonic()
    server, answer = _ask(variant, request)
    metrics.add(name, variant.name, answer.status, time.monotonic() - started)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise _model_error(name, server, answer)
    # In lower case ministack leaves it alone: it takes "Content-Type" for that of SageMaker's own JSON.
    headers = {"content-type": answer.content_type, "x-Amzn-Invoked-Production-Variant": variant.name}
    if answer.custom_attributes:
        headers["X-Amzn-SageMaker-Custom-Attributes"] = answer.custom_attributes
    return answer.status, headers, answer.body


def _ask(variant: Variant, request: Request) -> tuple[ModelServer, Answer]:
    until = time.monotonic() + RESTART_SECONDS
    while True:
        server = _next_healthy(variant, until - time.monotonic())
        try:
            return server, _send(server.port, request)
        except ConnectionRefusedError:  # it has just ended, and the request has reached nobody
            if time.monotonic() > until:
                raise _unavailable(variant) from None
            time.sleep(RETRY_SECONDS)
        except TimeoutError:
            return server, _broken(
                "Your invocation timed out while waiting for a response from container primary."
            )
        except (OSError, http.client.HTTPException):
            return server, _broken("An error occurred while handling request as the model process exited.")


def _broken(text: str) -> Answer:
    return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", "", text.encode())


def _next_healthy(variant: Variant, seconds: float) -> ModelServer:
    servers = variant.in_turn()
    server = next((server for server in servers if server.healthy), servers[0])
    if not server.wait_until_healthy(seconds):
        raise _unavailable(variant)
    return server


def _unavailable(variant: Variant) -> ServiceError:
    return ServiceError("ServiceUnavailable", f"No model server of variant {variant.name} runs.", 503)


def _send(port: int, request: Request) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REQUEST_LIMIT_SECONDS)
    try:
        passed = {name: request.headers[name] for name in PASSED if name in request.headers}
        connection.request("POST", "/invocations", request.body, passed)
        response = connection.getresponse()
        return Answer(
            response.status,
            response.headers.get("Content-Type", "application/octet-stream"),
            response.headers.get("X-Amzn-SageMaker-Custom-Attributes", ""),
            response.read(),
        )
    finally:
        connection.close()


def _model_error(name: str, server: ModelServer, answer: Answer) -> ServiceError:
    region, account = identity.region(), identity.account()
    text = answer.body.decode("utf-8", errors="replace")
    whose = "client" if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR else "server"
    group = f"{LOG_GROUP}/{name}"
    return ServiceError(
        "ModelError",
        f'Received {whose} error ({answer.status}) from primary with message "{text}". See the log group '
        f"{group} in account {account} for more information.",
        424,
        OriginalStatusCode=answer.status,
        OriginalMessage=text,
        LogStreamArn=f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:{server.log.name}",
    )
