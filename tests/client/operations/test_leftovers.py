from typing import Any

import pytest

from client.deployment import Deployment
from client.operations.leftovers import RETAINED_BY_AWS, describe_leftovers, leftovers, owned, retained_by_aws
from tests.client.operations.conftest import empty_inventory


@pytest.mark.parametrize("kind", sorted(empty_inventory()))
def test_a_new_resource_of_any_kind_is_a_leftover(kind: str) -> None:
    before = empty_inventory() | {kind: ["already there"]}
    after = before | {kind: ["already there", "planted"]}
    assert leftovers(before, after) == {kind: ["planted"]}
    assert describe_leftovers(leftovers(before, after)) == [f"left over: {kind}: planted"]


@pytest.mark.parametrize("retained", RETAINED_BY_AWS, ids=lambda retained: retained.pattern)
def test_a_resource_that_aws_retains_is_no_leftover_in_its_own_kind(retained: Any) -> None:
    name = retained.pattern.replace("*", "X")
    assert leftovers({}, {retained.kind: [name]}) == {}
    assert leftovers({}, {"buckets": [name]}) == {"buckets": [name]}


def test_a_key_is_a_leftover_until_its_deletion_is_pending() -> None:
    before = {"KMS keys": ["0123/lda-dev/the topic of notifications/Enabled"]}
    after = {"KMS keys": ["0123/lda-dev/the topic of notifications/PendingDeletion"]}
    assert leftovers({}, before) == before
    assert leftovers({}, after) == {}
    (description,) = retained_by_aws({}, after)
    assert "seven days" in description


def test_the_deployments_log_streams_in_a_retained_log_group_are_leftovers() -> None:
    streams = {"log streams of training jobs": ["lda-dev-run-0badcafe-0/algo-1-1"]}
    assert leftovers(empty_inventory(), empty_inventory() | streams) == streams


def test_without_an_earlier_inventory_leftovers_are_selected_by_the_deployments_names() -> None:
    mine = {
        "KMS keys": ["0123/lda-dev/the topic of notifications/Enabled"],
        "buckets": ["devstorage-data0123-x"],
        "endpoints": ["lda-dev"],
        "log groups": ["/aws/sagemaker/Endpoints/lda-dev"],
        "models": ["LdaDevModel-x", "lda-dev-transform-0123abcd"],
        "stacks": ["DevServing"],
        "topics": ["arn:aws:sns:us-east-1:123456789012:DevTraining-Topic0-x"],
    }
    others = {
        "KMS keys": [
            "4567/alice-dev/the topic of notifications/Enabled",
            "89ab/lda-dev/the topic of notifications/PendingDeletion",
        ],
        "buckets": ["alice-devstorage-data0123-x"],
        "endpoints": ["lda-prod", "alice-dev"],
        "log groups": ["/aws/sagemaker/TrainingJobs"],
        "models": ["AliceDevModel-x", "lda-prod-transform-0123abcd"],
        "stacks": ["CDKToolkit", "alice-DevServing", "DevServingOfSomeoneElse"],
    }
    both = {kind: [*mine.get(kind, []), *others.get(kind, [])] for kind in mine | others}
    assert owned(Deployment(), both) == mine
