import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from client.deployment import Deployment
from client.errors import UserError
from client.operations import inventory
from tests.client.conftest import StubbedAws
from tests.client.operations.conftest import empty_inventory

# Service -> list call -> its responses in an account without resources.
EMPTY_ACCOUNT: dict[str, Any] = {
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


def respond_to_list_calls(aws: StubbedAws, **responses: dict[str, Any]) -> None:
    """Prepare a response to every list call: the given one, by the call's name, or an empty one."""
    for service, calls in EMPTY_ACCOUNT.items():
        for call, empty in calls.items():
            prepared = (responses[call], *empty[1:]) if call in responses else empty
            for response in prepared:
                aws.respond(service, call, response)


def test_an_inventory_contains_every_kind_sorted_from_every_service(
    aws: StubbedAws, deployment: Deployment
) -> None:
    topics = [{"TopicArn": "arn:aws:sns:us-east-1:1:b"}, {"TopicArn": "arn:aws:sns:us-east-1:1:a"}]
    respond_to_list_calls(
        aws,
        list_topics={"Topics": topics},
        describe_log_streams={"logStreams": [{"logStreamName": "lda-dev-x/1"}]},
    )
    assert inventory.collect(deployment) == empty_inventory() | {
        "topics": ["arn:aws:sns:us-east-1:1:a", "arn:aws:sns:us-east-1:1:b"],
        "log streams of training jobs": ["lda-dev-x/1"],
    }


def test_an_inventory_reads_every_page(aws: StubbedAws, deployment: Deployment) -> None:
    page = {"Functions": [{"FunctionName": "one"}], "NextMarker": "more"}
    EMPTY_ACCOUNT["lambda"]["list_functions"] = (page, {"Functions": [{"FunctionName": "two"}]})
    respond_to_list_calls(aws)
    EMPTY_ACCOUNT["lambda"]["list_functions"] = ({},)
    assert inventory.collect(deployment)["functions"] == ["one", "two"]


@pytest.mark.parametrize("text", ["{", "[]", '{"buckets": "one"}'])
def test_the_error_for_an_invalid_inventory_names_the_file(text: str, tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_text(text)
    with pytest.raises(UserError, match=r"before\.json is not"):
        inventory.read(file)


def test_a_printed_inventory_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_text(json.dumps({"buckets": ["one"]}))
    assert inventory.read(file) == {"buckets": ["one"]}


def key_metadata(key: str, manager: str, state: str = "Enabled") -> dict[str, Any]:
    return {
        "KeyMetadata": {"KeyId": key, "KeyManager": manager, "KeyState": state, "Description": f"for {key}"}
    }


def test_customer_keys_are_listed_with_description_and_state(
    aws: StubbedAws,
) -> None:
    aws.respond(
        "kms", "list_keys", {"Keys": [{"KeyId": "a"}, {"KeyId": "b"}], "Truncated": True, "NextMarker": "x"}
    )
    aws.respond("kms", "describe_key", key_metadata("a", "CUSTOMER"))
    aws.respond("kms", "describe_key", key_metadata("b", "AWS"))
    aws.respond("kms", "list_keys", {"Keys": [{"KeyId": "c"}]})
    aws.respond("kms", "describe_key", key_metadata("c", "CUSTOMER", "PendingDeletion"))
    assert list(inventory.list_customer_keys(aws.client("kms"))) == [
        "a/for a/Enabled",
        "c/for c/PendingDeletion",
    ]


def test_a_key_that_denies_describe_key_is_left_out(aws: StubbedAws) -> None:
    aws.respond("kms", "list_keys", {"Keys": [{"KeyId": "a"}]})
    aws.respond_error("kms", "describe_key", "AccessDeniedException", "no")
    assert list(inventory.list_customer_keys(aws.client("kms"))) == []


def test_any_other_kms_error_is_raised(aws: StubbedAws) -> None:
    aws.respond("kms", "list_keys", {"Keys": [{"KeyId": "a"}]})
    aws.respond_error("kms", "describe_key", "KMSInternalException", "no")
    with pytest.raises(ClientError, match="KMSInternalException"):
        list(inventory.list_customer_keys(aws.client("kms")))
