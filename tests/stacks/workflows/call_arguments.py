"""What botocore's own models say of the arguments that a task calls an API with."""

import re
from typing import Any

import boto3
from botocore.validate import ParamValidator


def mistakes(service: str, operation: str, arguments: Any) -> list[str]:
    """Return what is wrong with the arguments of a call: fields, types, lengths, patterns, enumerations."""
    client: Any = boto3.Session("x", "x", region_name="us-east-1").client(service)  # type: ignore[call-overload]  # the service is a variable
    shape = client.meta.service_model.operation_model(operation).input_shape
    report = ParamValidator().validate(arguments, shape)
    return [*filter(None, [report.generate_report()]), *patterns(arguments, shape, operation)]


def patterns(value: Any, shape: Any, path: str) -> list[str]:
    """Return the values that aren't of their shape's pattern or enumeration, which botocore leaves to AWS."""
    if shape.type_name == "structure":
        known = {key: one for key, one in value.items() if key in shape.members}
        members = [(shape.members[key], one, f"{path}.{key}") for key, one in known.items()]
    elif shape.type_name == "list":
        members = [(shape.member, one, path) for one in value]
    else:
        # Python has no classes such as \p{L}; AWS means letters, numbers and spaces by them.
        pattern = re.sub(r"\\p\{\w\}", r"\\w\\s", shape.metadata.get("pattern", ""))
        enumeration = shape.metadata.get("enum")
        matches = not pattern or re.fullmatch(pattern, deployed(str(value)))
        return [] if matches and (not enumeration or value in enumeration) else [f"{path} is {value!r}"]
    return [found for shape_, one, where in members for found in patterns(one, shape_, where)]


def deployed(value: str) -> str:
    """Put into the places of references what a deployment puts there."""
    return re.sub("<[^>]+>", "x", re.sub("^<Roles[^>]+>$", "arn:aws:iam::123456789012:role/x", value))
