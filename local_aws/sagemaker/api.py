"""The services' front: from a request to an operation and back, in AWS's JSON."""

import json
import uuid
from collections.abc import Callable, Mapping

from local_aws import identity
from local_aws.ministack.requests import Request
from local_aws.ministack.signatures import Response
from local_aws.sagemaker import (
    authorization,
    endpoint_configs,
    endpoints,
    models,
    runtime,
    tags,
    training_jobs,
    transform_jobs,
)
from local_aws.sagemaker.calls import Call
from local_aws.sagemaker.endpoint_metrics import EndpointMetrics
from local_aws.sagemaker.errors import ServiceError
from local_aws.sagemaker.service import Operation, Service
from local_aws.sagemaker.validation import check

OPERATIONS: dict[str, Operation] = {
    **training_jobs.OPERATIONS,
    **transform_jobs.OPERATIONS,
    **models.OPERATIONS,
    **endpoint_configs.OPERATIONS,
    **endpoints.OPERATIONS,
    **tags.OPERATIONS,
}
JSON = "application/x-amz-json-1.1"


def sagemaker(service: Service) -> Callable[[Request], Response]:
    """Return the handler of SageMaker's API and its runtime."""
    metrics = EndpointMetrics()

    def handle(request: Request) -> Response:
        name = runtime.endpoint_name(request.path)
        try:
            if name:
                return runtime.invoke(service, metrics, name, request)
            return _answer(service, "sagemaker", OPERATIONS, request)
        except ServiceError as error:
            return _refusal(error)

    return handle


def json_service(
    service: Service, name: str, operations: Mapping[str, Operation]
) -> Callable[[Request], Response]:
    """Return the handler of another JSON 1.1 service, by botocore's name of it."""

    def handle(request: Request) -> Response:
        try:
            return _answer(service, name, operations, request)
        except ServiceError as error:
            return _refusal(error)

    return handle


def _answer(service: Service, name: str, operations: Mapping[str, Operation], request: Request) -> Response:
    operation = request.operation()
    inputs = authorization.inputs_of(request)
    if operation not in operations:
        raise ServiceError(
            "UnknownOperationException", f"{name} on this machine has no {operation or 'such call'}."
        )
    check(name, operation, inputs)
    authorization.require_the_rest(request, operation, inputs)
    call = Call(operation, inputs, identity.region(), identity.account())
    return 200, {"Content-Type": JSON}, json.dumps(operations[operation](service, call)).encode()


def _refusal(error: ServiceError) -> Response:
    body = {"__type": error.code, "message": error.message, "Message": error.message, **error.fields}
    headers = {"Content-Type": JSON, "x-amzn-ErrorType": error.code, "x-amzn-RequestId": str(uuid.uuid4())}
    return error.status, headers, json.dumps(body).encode()
