import json
from pathlib import Path
from typing import Any

import pytest

from client.deployment import Deployment
from client.errors import SayableError
from client.operations import inventory
from client.operations.leftovers import KEPT_BY_AWS, excused, leftovers, owned, tell
from tests.client.conftest import PreparedAws

# What an account is: list call -> what it holds. Everything else is empty.
NOTHING: dict[str, Any] = {
    "cloudwatch": {
        "describe_alarms": ({"MetricAlarms": []}, {"CompositeAlarms": []}),
        "list_dashboards": ({},),
    },
    "s3": {"list_buckets": ({"Buckets": []},)},
    "ecr": {"describe_repositories": ({},)},
    "sagemaker": {
        "list_endpoint_configs": ({"EndpointConfigs": []},),
        "list_endpoints": ({"Endpoints": []},),
        "list_models": ({"Models": []},),
        "list_training_jobs": ({"TrainingJobSummaries": []}, {"TrainingJobSummaries": []}),
        "list_transform_jobs": ({"TransformJobSummaries": []}, {"TransformJobSummaries": []}),
    },
    "lambda": {"list_functions": ({},)},
    "logs": {
        "describe_log_groups": ({},),
        "describe_log_streams": ({"logStreams": []}, {"logStreams": []}),
    },
    "iam": {"list_policies": ({},), "list_roles": ({"Roles": []},)},
    "events": {"list_rules": ({},)},
    "application-autoscaling": {"describe_scalable_targets": ({},)},
    "ssm": {"describe_parameters": ({},)},
    "cloudformation": {"list_stacks": ({},)},
    "stepfunctions": {"list_state_machines": ({"stateMachines": []},)},
    "scheduler": {"list_schedules": ({"Schedules": []},)},
    "kms": {"list_keys": ({"Keys": []},)},
    "sns": {"list_subscriptions": ({},), "list_topics": ({},)},
}


def prepare(aws: PreparedAws, **answers: dict[str, Any]) -> None:
    """Answer every list call of an inventory, with nothing where nothing else is given by the call's name."""
    for service, calls in NOTHING.items():
        for call, empty in calls.items():
            given = (answers[call], *empty[1:]) if call in answers else empty
            for answer in given:
                aws.answer(service, call, answer)


def empty_account() -> inventory.Inventory:
    kinds = {listing.kind for listing in inventory.LISTINGS} | set(inventory.STREAMS) | {"KMS keys"}
    return {kind: [] for kind in sorted(kinds)}


def test_an_inventory_names_every_kind_sorted_and_asks_every_service(
    aws: PreparedAws, deployment: Deployment
) -> None:
    topics = [{"TopicArn": "arn:aws:sns:us-east-1:1:b"}, {"TopicArn": "arn:aws:sns:us-east-1:1:a"}]
    prepare(
        aws,
        list_topics={"Topics": topics},
        describe_log_streams={"logStreams": [{"logStreamName": "lda-dev-x/1"}]},
    )
    assert inventory.take(deployment) == empty_account() | {
        "topics": ["arn:aws:sns:us-east-1:1:a", "arn:aws:sns:us-east-1:1:b"],
        "log streams of training jobs": ["lda-dev-x/1"],
    }


def test_an_inventory_reads_every_page(aws: PreparedAws, deployment: Deployment) -> None:
    page = {"Functions": [{"FunctionName": "one"}], "NextMarker": "more"}
    NOTHING["lambda"]["list_functions"] = (page, {"Functions": [{"FunctionName": "two"}]})
    prepare(aws)
    NOTHING["lambda"]["list_functions"] = ({},)
    assert inventory.take(deployment)["functions"] == ["one", "two"]


@pytest.mark.parametrize("kind", sorted(empty_account()))
def test_a_planted_leftover_of_any_kind_fails_the_check_by_its_name(kind: str) -> None:
    before = empty_account() | {kind: ["already there"]}
    after = before | {kind: ["already there", "planted"]}
    assert leftovers(before, after) == {kind: ["planted"]}
    assert tell(leftovers(before, after)) == [f"left over: {kind}: planted"]


@pytest.mark.parametrize("kept", KEPT_BY_AWS, ids=lambda kept: kept.pattern)
def test_what_aws_keeps_by_itself_is_excused_in_its_kind_only(kept: Any) -> None:
    name = kept.pattern.replace("*", "X")
    assert leftovers({}, {kept.kind: [name]}) == {}
    assert leftovers({}, {"buckets": [name]}) == {"buckets": [name]}


def test_a_key_is_a_leftover_until_kms_is_about_to_delete_it() -> None:
    before = {"KMS keys": ["0123/lda-dev/the topic of notifications/Enabled"]}
    after = {"KMS keys": ["0123/lda-dev/the topic of notifications/PendingDeletion"]}
    assert leftovers({}, before) == before
    assert leftovers({}, after) == {}
    (said,) = excused({}, after)
    assert "seven days" in said


def test_our_own_streams_in_the_group_that_aws_keeps_are_leftovers() -> None:
    streams = {"log streams of training jobs": ["lda-dev-run-0badcafe-0/algo-1-1"]}
    assert leftovers(empty_account(), empty_account() | streams) == streams


def test_without_an_earlier_inventory_the_deployments_own_names_are_what_counts() -> None:
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


@pytest.mark.parametrize("text", ["{", "[]", '{"buckets": "one"}'])
def test_a_file_that_is_no_inventory_is_a_sentence_with_its_name(text: str, tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_text(text)
    with pytest.raises(SayableError, match=r"before\.json is not"):
        inventory.read(file)


def test_an_inventory_that_was_printed_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_text(json.dumps({"buckets": ["one"]}))
    assert inventory.read(file) == {"buckets": ["one"]}
