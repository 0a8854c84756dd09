"""What an extension registers with ministack: services, CloudFormation types, Step Functions integrations."""

import asyncio
import functools
import json
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from local_aws.ministack.bindings import get, wrap

Headers = dict[str, str]
Response = tuple[int, Headers, bytes]
Answer = Callable[[], Awaitable[Response]]


class Request(NamedTuple):
    """One AWS request as a service sees it, authenticated and authorised."""

    method: str
    path: str
    headers: Headers
    body: bytes
    query: dict[str, list[str]]


class _Service:
    """What ministack expects of a service's module: the request handler and the state that it saves."""

    def __init__(
        self,
        handler: Callable[[Request], Response],
        get_state: Callable[[], dict[str, Any] | None],
        restore: Callable[[dict[str, Any]], None],
    ) -> None:
        self._handler = handler
        self.get_state = get_state
        self.load_persisted_state = restore

    async def handle_request(
        self, method: str, path: str, headers: Headers, body: bytes, query: dict[str, list[str]]
    ) -> Response:
        """Answer on a worker thread, so that a handler may block and may call this server back."""
        return await asyncio.to_thread(self._handler, Request(method, path, headers, body, query))

    def reset(self) -> None:
        """Do nothing: this is for ministack's own reset of everything, which nothing here calls."""


def register_service(
    name: str,
    target_prefix: str,
    handler: Callable[[Request], Response],
    *,
    resource_arn: Callable[[Request], str] = lambda _: "*",
    rest_model: str | None = None,
    get_state: Callable[[], dict[str, Any] | None] = lambda: None,
    restore: Callable[[dict[str, Any]], None] = lambda _: None,
) -> None:
    """Serve an AWS service that ministack lacks.

    Parameters
    ----------
    name
        The service's signing name, which is its IAM prefix too ("sagemaker").
    target_prefix
        How its ``X-Amz-Target`` header starts ("SageMaker."); a request without one goes by its signature.
    handler
        Answers an authorised request: (status, headers, body). It runs on a worker thread, in the caller's
        account and region (`identity.account`, `identity.region`), and may block.
    resource_arn
        The ARN that the caller's policies must allow, "*" where the operation knows none.
    rest_model
        botocore's name of a REST service behind the same signing name ("sagemaker-runtime"), whose operations
        IAM then knows.
    get_state, restore
        What to save (JSON-able, or None for nothing), called at a clean stop and after every finished stack
        operation and execution; and how to take it back, called once before the first request.
    """
    service = _Service(handler, get_state, restore)
    get("service modules")[name] = service
    get("state files")[name] = name
    get("service handlers")[name] = service.handle_request
    get("routes")[name] = {"target_prefixes": [target_prefix]}
    get("namespaces")[name] = name
    get("rest models")[name] = [rest_model] if rest_model else []
    wrap("resource arn", lambda original: _resource_arn(original, name, resource_arn))


def _resource_arn(original: Any, name: str, resource_arn: Callable[[Request], str]) -> Any:
    @functools.wraps(original)
    def extract(service: str, *arguments: Any) -> Any:
        return resource_arn(Request(*arguments[:5])) if service == name else original(service, *arguments)

    return extract


def register_cloudformation_type(
    resource_type: str,
    create: Callable[[str, dict[str, Any], str], tuple[str, dict[str, Any]]],
    update: Callable[[str, dict[str, Any], dict[str, Any], str], tuple[str, dict[str, Any]]],
    delete: Callable[[str, dict[str, Any]], None],
    *,
    replacing: tuple[str, ...] = (),
    tags: bool = True,
) -> None:
    """Provision a CloudFormation type that ministack lacks, on a thread of its own, so that it may block.

    Call AWS with `identity.stack_client`, which has the rights of the stack's role. Any exception fails the
    resource with its text as the reason.

    Parameters
    ----------
    resource_type
        "AWS::SageMaker::Endpoint".
    create
        (logical id, properties, stack name) -> (physical id, attributes for Fn::GetAtt).
    update
        (physical id, old properties, new properties, stack name) -> (physical id, attributes).
    delete
        (physical id, properties); it must accept that the resource is gone already.
    replacing
        The properties whose change replaces the resource.
    tags
        Whether the stack's tags are merged into the property Tags.
    """
    get("resource handlers")[resource_type] = {"create": create, "update": update, "delete": delete}
    get("replacing properties")[resource_type] = replacing
    if tags:
        get("stack tag properties")[resource_type] = ("Tags", "list")
    wrap("runs on worker thread", lambda original: lambda name: name == resource_type or original(name))


def register_integration(
    arn_prefix: str, run: Callable[[str, dict[str, Any], "Task"], dict[str, Any]]
) -> None:
    """Serve Task states whose resource starts with that ARN (without ".sync": the rest is in the resource).

    ``run(resource, arguments, task)`` runs on the execution's thread, returns the task's result, and raises
    `task_failed`. It should look at ``task.cancelled`` while it waits.
    """
    get("integrations")[arn_prefix] = lambda resource, arguments: run(resource, arguments, CURRENT_TASK.get())


class Cancellation(threading.Event):
    """A sign to stop, which reaches everything beneath it."""

    def __init__(self) -> None:
        super().__init__()
        self._beneath: list[Cancellation] = []

    def beneath(self) -> "Cancellation":
        """Return a sign of its own for a part of the work."""
        part = Cancellation()
        self._beneath.append(part)
        if self.is_set():
            part.set()
        return part

    def set(self) -> None:
        """Give the sign."""
        super().set()
        for part in self._beneath:
            part.set()


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
    """Ends the thread of an execution or of a branch that was stopped; no state's Catch may take it."""


def stop_if_cancelled() -> None:
    """Raise `StoppedError` if the execution, or the branch that this thread runs, has been stopped."""
    task = CURRENT_TASK.get(None)
    if task and task.cancelled.is_set():
        raise StoppedError


def task_submitted(task: Task, answer: dict[str, Any]) -> None:
    """Tell the execution's history what the service answered to a task that now waits (.sync)."""
    execution = get("executions")[task.execution_arn]
    details = {"taskSubmittedEventDetails": {"output": json.dumps(answer)}}
    get("add execution event")(execution, "TaskSubmitted", details)


def task_failed(error: str, cause: str) -> Exception:
    """Return the exception that fails a Task state with an error's name and its cause."""
    failure: Exception = get("task error")(error, cause)
    return failure


def around(service: str, wrapper: Callable[[Request, Answer], Awaitable[Response]]) -> None:
    """Put ``await wrapper(request, answer)`` around a service's answers to authorised requests."""
    handlers = get("service handlers")
    handle = handlers[service]

    async def wrapped(
        method: str, path: str, headers: Headers, body: bytes, query: dict[str, list[str]]
    ) -> Response:
        async def answer() -> Response:
            response: Response = await handle(method, path, headers, body, query)
            return response

        return await wrapper(Request(method, path, headers, body, query), answer)

    handlers[service] = wrapped
