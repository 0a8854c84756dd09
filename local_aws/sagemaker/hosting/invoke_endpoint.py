"""InvokeEndpoint: a request to a model server, and its response."""

import http.client
import time
from http import HTTPStatus
from typing import NamedTuple

from local_aws import identity
from local_aws.ministack.requests import Request
from local_aws.ministack.signatures import Response
from local_aws.sagemaker.core.api_call import resource_arn
from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.hosting.deployments import Deployments
from local_aws.sagemaker.hosting.endpoint_metrics import EndpointMetrics
from local_aws.sagemaker.hosting.fleet import LOG_GROUP, REQUEST_LIMIT_SECONDS, Fleet
from local_aws.sagemaker.hosting.model_server import RESTART_LIMIT_SECONDS, ModelServer
from local_aws.sagemaker.hosting.variant import Variant

MAX_BYTES = 6_291_456
RETRY_SECONDS = 0.05
FORWARDED_HEADERS = ("content-type", "accept", "x-amzn-sagemaker-custom-attributes")


class ModelResponse(NamedTuple):
    """The response of a model server."""

    status: int
    content_type: str
    custom_attributes: str
    body: bytes


def invoke(deployments: Deployments, metrics: EndpointMetrics, endpoint: str, request: Request) -> Response:
    """InvokeEndpoint.

    Raises
    ------
    ServiceError
        ValidationError (no such endpoint), 413 (too large), ModelError (the model responded with an error or
        not at all), ServiceUnavailable (no server runs).
    """
    fleet = _serving_fleet(deployments, endpoint)
    if len(request.body) > MAX_BYTES:
        raise ServiceError(
            "ValidationError",
            f"The request body has {len(request.body)} bytes; the limit is {MAX_BYTES}.",
            413,
        )
    target = request.headers.get("x-amzn-sagemaker-target-variant")
    variant = fleet.choose_variant(target)
    if variant is None:
        raise ServiceError(
            "ValidationError", f"Endpoint {endpoint} has no variant {target} that takes traffic."
        )
    with fleet.open_request():
        return _invoke_variant(metrics, endpoint, variant, request)


def _serving_fleet(deployments: Deployments, endpoint: str) -> Fleet:
    fleet = deployments.fleet(resource_arn("endpoint", endpoint, identity.region(), identity.account()))
    if fleet is None:
        raise ServiceError(
            "ValidationError", f"Endpoint {endpoint} of account {identity.account()} not found."
        )
    return fleet


def _invoke_variant(metrics: EndpointMetrics, endpoint: str, variant: Variant, request: Request) -> Response:
    started = time.monotonic()
    server, response = _send_to_healthy_server(variant, request)
    metrics.add(endpoint, variant.name, response.status, time.monotonic() - started)
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise _model_error(endpoint, server, response)
    # In lower case, or ministack would take it for the content type of SageMaker's own JSON.
    headers = {"content-type": response.content_type, "x-Amzn-Invoked-Production-Variant": variant.name}
    if response.custom_attributes:
        headers["X-Amzn-SageMaker-Custom-Attributes"] = response.custom_attributes
    return response.status, headers, response.body


def _send_to_healthy_server(variant: Variant, request: Request) -> tuple[ModelServer, ModelResponse]:
    until = time.monotonic() + RESTART_LIMIT_SECONDS
    while True:
        server = _next_healthy(variant, until - time.monotonic())
        try:
            return server, _send(server.port, request)
        except ConnectionRefusedError:  # the server has just ended: it hasn't received the request
            if time.monotonic() > until:
                raise _unavailable(variant) from None
            time.sleep(RETRY_SECONDS)
        except TimeoutError:
            return server, _server_error(
                "Your invocation timed out while waiting for a response from container primary."
            )
        except (OSError, http.client.HTTPException):
            return server, _server_error(
                "An error occurred while handling request as the model process exited."
            )


def _server_error(text: str) -> ModelResponse:
    return ModelResponse(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", "", text.encode())


def _next_healthy(variant: Variant, seconds: float) -> ModelServer:
    servers = variant.round_robin()
    server = next((server for server in servers if server.healthy), servers[0])
    if not server.wait_until_healthy(seconds):
        raise _unavailable(variant)
    return server


def _unavailable(variant: Variant) -> ServiceError:
    return ServiceError("ServiceUnavailable", f"No model server of variant {variant.name} runs.", 503)


def _send(port: int, request: Request) -> ModelResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REQUEST_LIMIT_SECONDS)
    try:
        headers = {name: request.headers[name] for name in FORWARDED_HEADERS if name in request.headers}
        connection.request("POST", "/invocations", request.body, headers)
        response = connection.getresponse()
        return ModelResponse(
            response.status,
            response.headers.get("Content-Type", "application/octet-stream"),
            response.headers.get("X-Amzn-SageMaker-Custom-Attributes", ""),
            response.read(),
        )
    finally:
        connection.close()


def _model_error(endpoint: str, server: ModelServer, response: ModelResponse) -> ServiceError:
    region, account = identity.region(), identity.account()
    text = response.body.decode("utf-8", errors="replace")
    side = "client" if response.status < HTTPStatus.INTERNAL_SERVER_ERROR else "server"
    group = f"{LOG_GROUP}/{endpoint}"
    return ServiceError(
        "ModelError",
        f'Received {side} error ({response.status}) from primary with message "{text}". See the log group '
        f"{group} in account {account} for more information.",
        424,
        OriginalStatusCode=response.status,
        OriginalMessage=text,
        LogStreamArn=f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:{server.log.name}",
    )
