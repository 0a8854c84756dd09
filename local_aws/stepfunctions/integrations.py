"""Task states that call AWS as the machine's role and over HTTP: IAM authorises them, errors are AWS's."""

import functools
import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, UnknownServiceError

from local_aws import identity
from local_aws.ministack.bindings import Ministack
from local_aws.ministack.extensions import CURRENT_TASK, Task, register_integration, task_failed
from local_aws.ministack.signatures import InvokeIntegration
from local_aws.stepfunctions import sdk_shapes

_SDK = "arn:aws:states:::aws-sdk:"
_LAMBDA = "arn:aws:states:::lambda:invoke"
_SOURCE = "states.amazonaws.com"
# Optimised integrations that are one call of an SDK: service, method, and the member with the message.
_OPTIMISED = {
    "arn:aws:states:::sns:publish": ("sns", "publish", "Message"),
    "arn:aws:states:::sqs:sendMessage": ("sqs", "send_message", "MessageBody"),
}


def install() -> None:
    """Replace ministack's integrations."""
    register_integration(_SDK, _call_sdk)
    for arn, (service, method, message) in _OPTIMISED.items():
        register_integration(arn, functools.partial(_call_optimised, service, method, message))
    Ministack.invoke_resource.wrap(_invoke)


def _client(service: str, task: Task) -> Any:
    session = task.machine_arn.rpartition(":")[2][:64]
    try:
        return identity.role_client(
            task.role_arn, service, session_name=session, source=_SOURCE, source_arn=task.machine_arn
        )
    except identity.RoleRefusedError as error:
        raise task_failed("States.TaskFailed", str(error)) from error


def _call_sdk(resource: str, arguments: dict[str, Any], task: Task) -> dict[str, Any]:
    call = resource.removeprefix(_SDK)
    service, _, action = call.partition(":")
    try:
        client = _client(sdk_shapes.service_name(service), task)
    except UnknownServiceError as error:
        raise _unknown_call(call) from error
    method = sdk_shapes.method_name(action)
    if method not in client.meta.method_to_api_mapping:
        raise _unknown_call(call)
    return _call(client, method, arguments)


def _unknown_call(call: str) -> Exception:
    return task_failed("States.Runtime", f"There is no call {call} in the AWS SDK.")


def _call_optimised(
    service: str, method: str, message: str, _resource: str, arguments: dict[str, Any], task: Task
) -> dict[str, Any]:
    if not isinstance(arguments.get(message, ""), str):
        arguments = {**arguments, message: json.dumps(arguments[message])}
    return _call(_client(service, task), method, arguments)


def _call(client: Any, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    try:
        response = getattr(client, method)(**sdk_shapes.arguments(arguments, operation.input_shape))
    except ClientError as error:
        raise task_failed(sdk_shapes.error_name(error, client), sdk_shapes.cause(error, client)) from error
    except BotoCoreError as error:
        # Step Functions refuses arguments that the API doesn't know before it calls.
        raise task_failed("States.Runtime", str(error)) from error
    output: dict[str, Any] = sdk_shapes.result(response, operation.output_shape) or {}
    return output


def _invoke(original: InvokeIntegration) -> InvokeIntegration:
    """Invoke functions here, as the machine's role."""

    @functools.wraps(original)
    def invoke(resource: str, arguments: Any) -> Any:
        if resource.startswith(_LAMBDA):
            return _invoke_function(arguments["FunctionName"], arguments)
        if resource.startswith("arn:aws:lambda:"):
            return _invoke_function(resource, {"Payload": arguments})["Payload"]
        return original(resource, arguments)

    return invoke


def _invoke_function(function: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Invoke a function; if it fails, its error type is the task's error and its response the cause."""
    client = _client("lambda", CURRENT_TASK.get())
    payload = json.dumps(arguments.get("Payload", {})).encode()
    options = {name: arguments[name] for name in ("Qualifier", "InvocationType") if name in arguments}
    try:
        response = client.invoke(FunctionName=function, Payload=payload, **options)
    except ClientError as error:
        name = sdk_shapes.error_name(error, client)
        name = name.replace("Lambda.LambdaException", "Lambda.AWSLambdaException")
        raise task_failed(name, sdk_shapes.cause(error, client)) from error
    body = response["Payload"].read().decode()
    if "FunctionError" in response:
        raise task_failed(json.loads(body).get("errorType", "Lambda.Unknown"), body)
    return {
        "ExecutedVersion": response.get("ExecutedVersion", "$LATEST"),
        "Payload": json.loads(body) if body else None,
        "StatusCode": response["StatusCode"],
    }
