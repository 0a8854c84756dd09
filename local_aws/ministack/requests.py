"""The requests to ministack's services, and wrappers around their responses."""

import uuid
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import parse_qs

from local_aws.ministack.bindings import ministack
from local_aws.ministack.signatures import Headers, Query, Response

Respond = Callable[[], Awaitable[Response]]


class Request(NamedTuple):
    """An AWS request, authenticated and authorised."""

    method: str
    path: str
    headers: Headers
    body: bytes
    query: Query

    def caller(self) -> str:
        """Return the ARN of the principal that signed the request."""
        key = ministack.access_key_id(self.headers, self.query)
        return ministack.resolve_principal(key, ministack.account_id()).arn

    def operation(self) -> str:
        """Return the operation that the request names, or "" for a REST service."""
        target = self.headers.get("x-amz-target", "").rpartition(".")[2]
        return target or self.parameter("Action")

    def parameter(self, name: str) -> str:
        """Return a parameter of the query protocol, or ""."""
        return self.form().get(name, [""])[0]

    def form(self) -> Query:
        """Return the parameters of the query protocol, from the body and the URL."""
        form = "x-www-form-urlencoded" in self.headers.get("content-type", "")
        return {**(parse_qs(self.body.decode()) if form else {}), **self.query}

    def error(self, service: str, code: str, message: str) -> Response:
        """Return an error in the protocol of the service."""
        return ministack.denied_response(
            service, "", "", str(uuid.uuid4()), error_code=code, message=message, headers=self.headers
        )


def wrap_service(service: str, wrapper: Callable[[Request, Respond], Awaitable[Response]]) -> None:
    """Respond to a service's authorised requests with ``await wrapper(request, respond)``.

    ``await respond()`` returns the service's own response.
    """
    handle = ministack.service_handlers[service]

    async def wrapped(method: str, path: str, headers: Headers, body: bytes, query: Query) -> Response:
        async def respond() -> Response:
            return await handle(method, path, headers, body, query)

        return await wrapper(Request(method, path, headers, body, query), respond)

    ministack.service_handlers[service] = wrapped
