"""Filters, order and pages of the List calls."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.sagemaker.core.api_call import JsonObject, Resource
from local_aws.sagemaker.core.errors import invalid

DEFAULT_PAGE = 10
TIME_FILTERS = ("CreationTime", "LastModifiedTime")


def page(
    resources: Sequence[Resource], inputs: JsonObject, *, name: str, status: str = ""
) -> tuple[list[Resource], JsonObject]:
    """Return one page of a List call.

    Parameters
    ----------
    resources
        Every resource of the kind.
    inputs
        The call's inputs: NameContains, StatusEquals, CreationTimeAfter ..., SortBy, SortOrder, MaxResults,
        NextToken.
    name, status
        The members with a resource's name and status.

    Returns
    -------
    tuple
        The resources of the page, and ``{"NextToken": ...}`` or nothing.

    Raises
    ------
    ServiceError
        NextToken is invalid.
    """
    matching = [resource for resource in resources if _matches(resource, inputs, name, status)]
    sort_members = {"Name": name, "Status": status or name}
    member = sort_members.get(inputs.get("SortBy", "CreationTime"), "CreationTime")
    descending = inputs.get("SortOrder", "Descending") == "Descending"
    matching.sort(key=lambda resource: (resource[member], resource[name]), reverse=descending)
    start = _read_token(inputs["NextToken"]) if "NextToken" in inputs else 0
    end = start + int(inputs.get("MaxResults", DEFAULT_PAGE))
    return matching[start:end], {"NextToken": _write_token(end)} if end < len(matching) else {}


def _matches(resource: Mapping[str, Any], inputs: JsonObject, name: str, status: str) -> bool:
    if inputs.get("NameContains", "").lower() not in resource[name].lower():
        return False
    if "StatusEquals" in inputs and resource[status] != inputs["StatusEquals"]:
        return False
    return all(_in_time(resource, inputs, member) for member in TIME_FILTERS)


def _in_time(resource: Mapping[str, Any], inputs: JsonObject, member: str) -> bool:
    after, before = inputs.get(f"{member}After"), inputs.get(f"{member}Before")
    return (after is None or resource[member] > after) and (before is None or resource[member] < before)


def summary(resource: Mapping[str, Any], members: tuple[str, ...]) -> JsonObject:
    """Return the members of a resource that its List call shows."""
    return {member: resource[member] for member in members if member in resource}


def _write_token(start: int) -> str:
    return base64.urlsafe_b64encode(str(start).encode()).decode()


def _read_token(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise invalid("NextToken is invalid: pass the value that the previous call returned.") from error
