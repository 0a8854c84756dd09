"""Request dispatch: from a request to an operation and back, in AWS's JSON 1.1."""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from local_aws import identity
from local_aws.ministack.requests import Request
from local_aws.ministack.signatures import Response
from local_aws.sagemaker.core.access import authorization
from local_aws.sagemaker.core.api_call import ApiCall
from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.validation import check

JSON = "application/x-amz-json-1.1"

Handler = Callable[[Request], Response]
Output = Mapping[str, Any]
Operation = Callable[[ApiCall], Output]
Context = TypeVar("Context")


def bind(
    context: Context, operations: Mapping[str, Callable[[Context, ApiCall], Output]]
) -> dict[str, Operation]:
    """Return operations that work with one context, such as the service."""

    def bound(operation: Callable[[Context, ApiCall], Output]) -> Operation:
        return lambda call: operation(context, call)

    return {name: bound(operation) for name, operation in operations.items()}


def json_handler(service: str, operations: Mapping[str, Operation]) -> Handler:
    """Return the handler of a service with the protocol JSON 1.1.

    Parameters
    ----------
    service
        botocore's name of the service.
    operations
        The API's name of each operation -> the operation.
    """
    return with_error_responses(lambda request: _respond(service, operations, request))


def with_error_responses(handle: Handler) -> Handler:
    """Return a handler that returns a `ServiceError` as AWS's JSON."""

    def handle_errors(request: Request) -> Response:
        try:
            return handle(request)
        except ServiceError as error:
            return _error_response(error)

    return handle_errors


def _respond(service: str, operations: Mapping[str, Operation], request: Request) -> Response:
    operation = request.operation()
    inputs = authorization.inputs_of(request)
    if operation not in operations:
        raise ServiceError(
            "UnknownOperationException",
            f"The local AWS doesn't support the operation {operation!r} of {service}.",
        )
    check(service, operation, inputs)
    authorization.require_additional_permissions(request, operation, inputs)
    call = ApiCall(operation, inputs, identity.region(), identity.account())
    return 200, {"Content-Type": JSON}, json.dumps(operations[operation](call)).encode()


def _error_response(error: ServiceError) -> Response:
    body = {"__type": error.code, "message": error.message, "Message": error.message, **error.fields}
    headers = {"Content-Type": JSON, "x-amzn-ErrorType": error.code, "x-amzn-RequestId": str(uuid.uuid4())}
    return error.status, headers, json.dumps(body).encode()
