"""Filters, order and pages of the List calls."""

import base64

from local_aws.sagemaker.core.api_call import Record
from local_aws.sagemaker.core.errors import invalid

DEFAULT_PAGE = 10
TIME_FILTERS = ("CreationTime", "LastModifiedTime")


def page(
    records: list[Record], inputs: Record, *, name: str, status: str = ""
) -> tuple[list[Record], Record]:
    """Choose what a List call answers.

    Parameters
    ----------
    records
        Everything there is.
    inputs
        The call's inputs: NameContains, StatusEquals, CreationTimeAfter ..., SortBy, SortOrder, MaxResults,
        NextToken.
    name, status
        The members that hold a record's name and status.

    Returns
    -------
    tuple
        The records of the page, and ``{"NextToken": ...}`` or nothing.

    Raises
    ------
    ServiceError
        The token is none of ours.
    """
    chosen = [record for record in records if _matches(record, inputs, name, status)]
    keys = {"Name": name, "Status": status or name}
    key = keys.get(inputs.get("SortBy", "CreationTime"), "CreationTime")
    newest_first = inputs.get("SortOrder", "Descending") == "Descending"
    chosen.sort(key=lambda record: (record[key], record[name]), reverse=newest_first)
    start = _read_token(inputs["NextToken"]) if "NextToken" in inputs else 0
    end = start + int(inputs.get("MaxResults", DEFAULT_PAGE))
    return chosen[start:end], {"NextToken": _write_token(end)} if end < len(chosen) else {}


def _matches(record: Record, inputs: Record, name: str, status: str) -> bool:
    if inputs.get("NameContains", "").lower() not in record[name].lower():
        return False
    if "StatusEquals" in inputs and record[status] != inputs["StatusEquals"]:
        return False
    return all(_in_time(record, inputs, member) for member in TIME_FILTERS)


def _in_time(record: Record, inputs: Record, member: str) -> bool:
    after, before = inputs.get(f"{member}After"), inputs.get(f"{member}Before")
    return (after is None or record[member] > after) and (before is None or record[member] < before)


def summary(record: Record, members: tuple[str, ...]) -> Record:
    """Return the members of a record that its List call shows."""
    return {member: record[member] for member in members if member in record}


def _write_token(start: int) -> str:
    return base64.urlsafe_b64encode(str(start).encode()).decode()


def _read_token(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise invalid("NextToken is none that a former call answered.") from error
