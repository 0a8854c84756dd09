"""An AWS of prepared answers: real botocore clients, so that every request and answer has AWS's shape."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from client.deployment import Deployment


@cache
def session() -> boto3.Session:
    """One for all tests, because loading the descriptions of services takes time."""
    return boto3.Session("testing", "testing", region_name="us-east-1")


@dataclass
class PreparedAws:
    """Stands where a boto3.Session stands; clients that aren't replaced are stubbed ones."""

    stubs: dict[str, Stubber] = field(default_factory=dict)
    replaced: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return self.replaced[service] if service in self.replaced else self.stub(service).client

    def stub(self, service: str) -> Stubber:
        if service not in self.stubs:
            client = session().client(service)  # type: ignore[call-overload]  # the service is a variable
            self.stubs[service] = Stubber(client)
            self.stubs[service].activate()
        return self.stubs[service]

    def answer(self, service: str, operation: str, answer: dict[str, Any], **expected: Any) -> None:
        self.stub(service).add_response(operation, answer, expected or None)

    def refuse(self, service: str, operation: str, code: str, message: str) -> None:
        self.stub(service).add_client_error(operation, code, message)

    def stack(
        self,
        name: str,
        *,
        outputs: dict[str, str] | None = None,
        status: str = "CREATE_COMPLETE",
        protected: bool = False,
    ) -> None:
        """Prepare one answer of DescribeStacks."""
        stack = {
            "StackName": name,
            "CreationTime": "2026-01-01T00:00:00Z",
            "StackStatus": status,
            "EnableTerminationProtection": protected,
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in (outputs or {}).items()],
        }
        self.answer("cloudformation", "describe_stacks", {"Stacks": [stack]}, StackName=name)

    def no_stack(self, name: str) -> None:
        message = f"Stack with id {name} does not exist"
        self.refuse("cloudformation", "describe_stacks", "ValidationError", message)


@pytest.fixture
def aws() -> Iterator[PreparedAws]:
    """Prepared answers; all of them must have been asked for at the end."""
    prepared = PreparedAws()
    yield prepared
    for stub in prepared.stubs.values():
        stub.assert_no_pending_responses()


@pytest.fixture
def deployment(aws: PreparedAws) -> Deployment:
    return Deployment(session=aws)  # type: ignore[arg-type]  # it offers what Deployment uses of a session
