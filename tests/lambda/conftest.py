"""The functions' modules, and a bucket in memory. pyproject.toml puts the asset's root on the path."""

import hashlib
import importlib
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

GOLDEN = Path(__file__).parent / "golden"
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
LoadHandler = Callable[..., ModuleType]


@pytest.fixture
def golden() -> Path:
    return GOLDEN


_CLIENTS: dict[str, Any] = {}
_MAKE_CLIENT: Any = boto3.client


def client_once(service: str, **options: Any) -> Any:
    """Make a client of a service once: that of SageMaker takes a while, and no test lets one reach AWS."""
    if service not in _CLIENTS:
        _CLIENTS[service] = _MAKE_CLIENT(service, **options)
    return _CLIENTS[service]


@pytest.fixture
def load_handler(monkeypatch: pytest.MonkeyPatch) -> LoadHandler:
    """Return a function that imports a function's handler and sets its environment variables."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr(boto3, "client", client_once)

    def load(function: str, **environment: str) -> ModuleType:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return importlib.import_module(f"{function}.handler")

    return load


@cache
def session() -> boto3.Session:
    """One for all tests, because loading the descriptions of services takes time."""
    return boto3.Session("testing", "testing", region_name="us-east-1")


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any, str, str], Stubber]]:
    """Return a function that puts a stubbed client of a service in the place of a module's own."""
    with ExitStack() as stubs:

        def replace(module: Any, name: str, service: str) -> Stubber:
            client: Any = session().client(service)  # type: ignore[call-overload]  # the service is a variable
            monkeypatch.setattr(module, name, client)
            return stubs.enter_context(Stubber(client))

        yield replace


class FakeS3:
    """A bucket in memory, with the few calls that the functions make, and a record of them."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.checksums: dict[str, dict[str, str]] = {}
        self.written: dict[str, datetime] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def list_objects_v2(self, **request: Any) -> dict[str, Any]:
        self.calls.append(("ListObjectsV2", request))
        keys = [key for key in self.objects if key.startswith(request["Prefix"])]
        if "Delimiter" in request:
            folders = {request["Prefix"] + key[len(request["Prefix"]) :].split("/")[0] + "/" for key in keys}
            return {
                "KeyCount": len(folders),
                "CommonPrefixes": [{"Prefix": name} for name in sorted(folders)],
            }
        contents = [
            {
                "Key": key,
                "Size": len(self.objects[key]),
                "LastModified": self.written.get(key, WRITTEN),
                "ETag": f'"{hashlib.md5(self.objects[key], usedforsecurity=False).hexdigest()}"',
            }
            for key in sorted(keys)
        ]
        return {"KeyCount": len(contents), **({"Contents": contents} if contents else {})}

    def get_paginator(self, operation: str) -> "FakeS3":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        return [self.list_objects_v2(**request)]

    def head_object(self, **request: Any) -> dict[str, Any]:
        self.calls.append(("HeadObject", request))
        assert request["ChecksumMode"] == "ENABLED"
        return self.checksums.get(request["Key"], {})

    def get_object(self, **request: Any) -> dict[str, Any]:
        self.calls.append(("GetObject", request))
        content = self.objects[request["Key"]]
        if "Range" in request:
            begin, end = request["Range"].removeprefix("bytes=").split("-")
            content = content[int(begin) : int(end) + 1]
        return {"Body": io.BytesIO(content)}

    def copy_object(self, **request: Any) -> dict[str, Any]:
        self.calls.append(("CopyObject", request))
        assert request["CopySource"]["Bucket"] == request["Bucket"]
        self.objects[request["Key"]] = self.objects[request["CopySource"]["Key"]]
        return {}

    def put_object(self, **request: Any) -> dict[str, Any]:
        self.calls.append(("PutObject", request))
        self.objects[request["Key"]] = request["Body"]
        return {}


@pytest.fixture
def fake_s3() -> FakeS3:
    return FakeS3()
