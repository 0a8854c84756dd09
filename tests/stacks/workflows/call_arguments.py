"""Checks the arguments of API calls by botocore's models."""

import re
from typing import Any

import boto3
from botocore.validate import ParamValidator


def invalid_arguments(service: str, operation: str, arguments: Any) -> list[str]:
    """Return what is wrong with the arguments of a call: fields, types, lengths, patterns, enumerations."""
    client: Any = boto3.Session("x", "x", region_name="us-east-1").client(service)  # type: ignore[call-overload]  # the service is a variable
    shape = client.meta.service_model.operation_model(operation).input_shape
    report = ParamValidator().validate(arguments, shape)
    return [*filter(None, [report.generate_report()]), *pattern_violations(arguments, shape, operation)]


def pattern_violations(value: Any, shape: Any, path: str) -> list[str]:
    """Return the values that break a pattern or an enumeration, which botocore leaves to AWS."""
    if shape.type_name == "structure":
        known = {name: part for name, part in value.items() if name in shape.members}
        parts = [(part, shape.members[name], f"{path}.{name}") for name, part in known.items()]
    elif shape.type_name == "list":
        parts = [(part, shape.member, path) for part in value]
    else:
        # Python has no classes such as \p{L}; AWS means letters, numbers and spaces by them.
        pattern = re.sub(r"\\p\{\w\}", r"\\w\\s", shape.metadata.get("pattern", ""))
        enumeration = shape.metadata.get("enum")
        matches = not pattern or re.fullmatch(pattern, resolved(str(value)))
        return [] if matches and (not enumeration or value in enumeration) else [f"{path} is {value!r}"]
    return [violation for part in parts for violation in pattern_violations(*part)]


def resolved(value: str) -> str:
    """Replace the references of a template by values as a deployment does."""
    return re.sub("<[^>]+>", "x", re.sub("^<Roles[^>]+>$", "arn:aws:iam::123456789012:role/x", value))
