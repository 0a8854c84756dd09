"""The extension points: services, CloudFormation types, Step Functions integrations, and their tasks."""

import asyncio
import functools
import json
import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.requests import Request
from local_aws.ministack.signatures import (
    Create,
    Delete,
    GetState,
    Headers,
    Query,
    ResourceArn,
    ResourceHandlers,
    Response,
    Update,
)


class _Service:
    """What ministack expects of a service's module: the request handler and the state that it saves."""

    def __init__(
        self,
        handler: Callable[[Request], Response],
        get_state: GetState,
        restore: Callable[[dict[str, Any]], None],
    ) -> None:
        self._handler = handler
        self.get_state = get_state
        self.load_persisted_state = restore

    async def handle_request(
        self, method: str, path: str, headers: Headers, body: bytes, query: Query
    ) -> Response:
        """Respond on a worker thread, so that a handler may block and may call this server."""
        return await asyncio.to_thread(self._handler, Request(method, path, headers, body, query))

    def reset(self) -> None:
        """Do nothing: this is for ministack's own reset of all services, which this package never calls."""


def register_service(
    name: str,
    target_prefix: str,
    handler: Callable[[Request], Response],
    *,
    resource_arn: Callable[[Request], str] = lambda _: "*",
    rest_model: str | None = None,
    get_state: GetState = lambda: None,
    restore: Callable[[dict[str, Any]], None] = lambda _: None,
) -> None:
    """Serve an AWS service that ministack lacks.

    Parameters
    ----------
    name
        The service's signing name, which is its IAM prefix too ("sagemaker").
    target_prefix
        The prefix of its ``X-Amz-Target`` header ("SageMaker."); a request without that header is routed by
        its signature.
    handler
        Returns the response to an authorised request: (status, headers, body). It runs on a worker thread, in
        the caller's account and region (`identity.account`, `identity.region`), and may block.
    resource_arn
        The ARN that the caller's policies must allow; "*" for an operation without one.
    rest_model
        botocore's name of a REST service behind the same signing name ("sagemaker-runtime"), whose operations
        become known to IAM.
    get_state, restore
        Return what to save (JSON-able, or None for nothing), called at a clean stop and after each finished
        stack operation and execution; and restore it, called once before the first request.
    """
    service = _Service(handler, get_state, restore)
    ministack.service_modules[name] = service
    ministack.state_files[name] = name
    ministack.service_handlers[name] = service.handle_request
    ministack.routes[name] = {"target_prefixes": [target_prefix]}
    ministack.iam_namespaces[name] = name
    ministack.rest_models[name] = [rest_model] if rest_model else []
    Ministack.resource_arn.wrap(functools.partial(_resource_arn, name, resource_arn))


def _resource_arn(name: str, resource_arn: Callable[[Request], str], original: ResourceArn) -> ResourceArn:
    @functools.wraps(original)
    def extract(service: str, *arguments: Any) -> str:
        return resource_arn(Request(*arguments[:5])) if service == name else original(service, *arguments)

    return extract


def register_cloudformation_type(
    resource_type: str,
    create: Create,
    update: Update,
    delete: Delete,
    *,
    replacing: tuple[str, ...] = (),
    tags: bool = True,
) -> None:
    """Provision a CloudFormation type that ministack lacks, on a worker thread, so that it may block.

    Call AWS with `identity.stack_client`, which has the permissions of the stack's role. Any exception fails
    the resource with its text as the reason.

    Parameters
    ----------
    resource_type
        "AWS::SageMaker::Endpoint".
    create
        (logical id, properties, stack name) -> (physical id, attributes for Fn::GetAtt).
    update
        (physical id, old properties, new properties, stack name) -> (physical id, attributes).
    delete
        (physical id, properties); it must succeed if the resource is already deleted.
    replacing
        The properties whose change replaces the resource.
    tags
        Whether the stack's tags are merged into the property Tags.
    """
    handlers = ResourceHandlers(create=create, update=update, delete=delete)
    ministack.resource_handlers[resource_type] = handlers
    ministack.replacing_properties[resource_type] = replacing
    if tags:
        ministack.stack_tag_properties[resource_type] = ("Tags", "list")
    Ministack.runs_on_worker_thread.wrap(
        lambda original: lambda name: name == resource_type or original(name)
    )


def register_integration(
    arn_prefix: str, run: Callable[[str, dict[str, Any], "Task"], dict[str, Any]]
) -> None:
    """Serve Task states whose resource starts with an ARN, given without ".sync".

    ``run(resource, arguments, task)`` runs on the execution's thread, returns the task's result, and raises
    `task_failed`. It should check ``task.cancelled`` while it waits.
    """
    ministack.integrations[arn_prefix] = lambda resource, arguments: run(
        resource, arguments, CURRENT_TASK.get()
    )


class Cancellation(threading.Event):
    """Set to cancel work; setting it sets its children."""

    def __init__(self) -> None:
        super().__init__()
        self._children: list[Cancellation] = []

    def child(self) -> "Cancellation":
        """Return a cancellation for a part of the work."""
        child = Cancellation()
        self._children.append(child)
        if self.is_set():
            child.set()
        return child

    def set(self) -> None:
        """Cancel the work and its parts."""
        super().set()
        for child in self._children:
            child.set()


@dataclass(frozen=True)
class Task:
    """The execution that a Task state belongs to."""

    execution_arn: str
    machine_arn: str
    role_arn: str
    cancelled: Cancellation = field(default_factory=Cancellation)
    """Set when the task, its branch or iteration, or its execution times out, fails or is stopped."""


CURRENT_TASK: ContextVar[Task] = ContextVar("current_task")


class StoppedError(BaseException):
    """Ends the thread of an execution or a branch that was stopped; no state's Catch may handle it."""


def stop_if_cancelled() -> None:
    """Raise `StoppedError` if the execution, or the branch that this thread runs, was stopped."""
    task = CURRENT_TASK.get(None)
    if task and task.cancelled.is_set():
        raise StoppedError


def task_submitted(task: Task, response: dict[str, Any]) -> None:
    """Record the service's response in the execution's history when a task starts to wait (.sync)."""
    details = {"taskSubmittedEventDetails": {"output": json.dumps(response)}}
    ministack.add_event(ministack.executions[task.execution_arn], "TaskSubmitted", details)


def task_failed(error: str, cause: str) -> Exception:
    """Return the exception that fails a Task state with an error's name and its cause."""
    return ministack.task_error(error, cause)
