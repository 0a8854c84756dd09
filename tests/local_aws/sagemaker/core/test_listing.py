from typing import Any

import pytest

from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.listing import page

RECORDS: list[dict[str, Any]] = [
    {
        "Name": f"n{number:02}",
        "Status": "B" if number % 2 else "A",
        "CreationTime": float(number),
        "LastModifiedTime": 0.5,
    }
    for number in range(25)
]


def names(inputs: dict[str, Any]) -> list[str]:
    chosen, _ = page(RECORDS, inputs, name="Name", status="Status")
    return [record["Name"] for record in chosen]


def test_the_default_page_has_the_newest_ten() -> None:
    assert names({}) == [f"n{number:02}" for number in range(24, 14, -1)]


def test_filters_are_combined() -> None:
    wanted = {"StatusEquals": "B", "NameContains": "N1", "CreationTimeAfter": 11.0, "CreationTimeBefore": 17}
    assert names(wanted) == ["n15", "n13"]


def test_the_order_is_chosen_by_the_request() -> None:
    assert names({"SortBy": "Name", "SortOrder": "Ascending", "MaxResults": 2}) == ["n00", "n01"]
    assert names({"SortBy": "Status", "SortOrder": "Descending", "MaxResults": 1}) == ["n23"]


def test_pages_cover_every_resource() -> None:
    listed: list[str] = []
    inputs: dict[str, Any] = {"MaxResults": 10}
    while True:
        chosen, token = page(RECORDS, inputs, name="Name")
        listed += [record["Name"] for record in chosen]
        if not token:
            break
        inputs = {"MaxResults": 10, **token}
    assert listed == sorted((record["Name"] for record in RECORDS), reverse=True)


def test_an_invalid_token_is_refused() -> None:
    for token in ("x", "e30=", "bnVsbA=="):
        with pytest.raises(ServiceError, match="NextToken is invalid"):
            page(RECORDS, {"NextToken": token}, name="Name")
