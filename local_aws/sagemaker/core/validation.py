"""Validation of a request against the API's model, which botocore ships."""

import functools
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from local_aws.sagemaker.core.api_call import JsonObject
from local_aws.sagemaker.core.errors import invalid


@functools.cache
def service_model(service: str) -> ServiceModel:
    """Return the API's model as botocore ships it."""
    return botocore.session.get_session().get_service_model(service)


def input_shape(service: str, operation: str) -> StructureShape:
    """Return the shape of an operation's inputs; every operation of the services here has one."""
    shape = service_model(service).operation_model(operation).input_shape
    assert shape is not None  # noqa: S101 -- see above
    return shape


def check(service: str, operation: str, inputs: JsonObject) -> None:
    """Refuse a request that the API's model doesn't allow.

    Parameters
    ----------
    service
        botocore's name of the service.
    operation
        The API's name of the call.
    inputs
        The request's members.

    Raises
    ------
    ServiceError
        ``ValidationException`` that names each member and what it must satisfy.
    """
    shape = input_shape(service, operation)
    report = ParamValidator().validate(inputs, shape)
    if report.has_errors():
        raise invalid(report.generate_report())
    errors = list(_constraint_errors(shape, inputs, ""))
    if errors:
        noun = "validation error" if len(errors) == 1 else "validation errors"
        raise invalid(f"{len(errors)} {noun} detected: {'; '.join(errors)}")


def _constraint_errors(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Yield the violations that ParamValidator doesn't check: patterns, enumerations and upper bounds."""
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            yield from _constraint_errors(shape.members[name], member, f"{path}.{name}" if path else name)
    elif isinstance(shape, ListShape):
        yield from _length_errors(shape, value, path)
        for index, item in enumerate(value, 1):
            yield from _constraint_errors(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        yield from _length_errors(shape, value, path)
        for key, item in value.items():
            yield from _constraint_errors(shape.key, key, f"{path}.key")
            yield from _constraint_errors(shape.value, item, f"{path}.{key}.member")
    elif shape.type_name == "string":
        yield from _text_errors(shape, value, path)
    elif "max" in shape.metadata and isinstance(value, int | float) and value > shape.metadata["max"]:
        yield _violation(value, path, f"Member must have value less than or equal to {shape.metadata['max']}")


def _text_errors(shape: Shape, value: str, path: str) -> Iterator[str]:
    yield from _length_errors(shape, value, path)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield _violation(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield _violation(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or bool(compiled.fullmatch(value))


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Compile one of Java's patterns; None for those that Python can't (of tags and of free text)."""
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None


def _length_errors(shape: Shape, value: Any, path: str) -> Iterator[str]:
    limit = shape.metadata.get("max")
    if limit is not None and len(value) > limit:
        yield _violation(value, path, f"Member must have length less than or equal to {limit}")


def _violation(value: Any, path: str, constraint: str) -> str:
    shown = str(value)
    shown = shown if len(shown) <= 200 else f"{shown[:200]}..."  # noqa: PLR2004 -- an error stays readable
    return f"Value '{shown}' at '{path[:1].lower()}{path[1:]}' failed to satisfy constraint: {constraint}"
