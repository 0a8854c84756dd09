import json
from typing import Any

import pytest

from client.deployment import Deployment
from client.operations import inventory
from client.policies.render import NAMES, compact, render
from tests.client.conftest import StubbedAws

MANAGED_POLICY_CHARACTERS = 6144  # IAM counts without spaces


def render_policy(
    aws: StubbedAws, name: str, *, owner: str = "lda", region_partition: str = "aws"
) -> dict[str, Any]:
    arn = f"arn:{region_partition}:iam::123456789012:user/someone"
    answer = {"Arn": arn, "Account": "123456789012", "UserId": "AIDAEXAMPLE"}
    aws.respond("sts", "get_caller_identity", answer)
    return render(name, Deployment(owner, session=aws))  # type: ignore[arg-type]  # as the fixture


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    entries = policy["Statement"]
    assert isinstance(entries, list)
    return entries


@pytest.mark.parametrize("name", NAMES)
def test_every_placeholder_is_replaced_by_the_deployments_names(aws: StubbedAws, name: str) -> None:
    text = json.dumps(render_policy(aws, name, owner="alice"))
    assert "$" not in text
    assert "arn:aws:cloudformation:us-east-1:123456789012:stack/alice-Dev" in text


@pytest.mark.parametrize("name", NAMES)
def test_no_statement_allows_every_action_or_every_action_of_a_service(aws: StubbedAws, name: str) -> None:
    for statement in statements(render_policy(aws, name)):
        actions = statement["Action"]
        assert isinstance(actions, list)
        assert not [action for action in actions if "*" in action], statement["Sid"]


@pytest.mark.parametrize("name", NAMES)
def test_only_list_calls_without_resource_level_permissions_are_allowed_on_every_resource(
    aws: StubbedAws, name: str
) -> None:
    open_statements = [
        entry for entry in statements(render_policy(aws, name)) if entry["Resource"] in ("*", ["*"])
    ]
    for statement in open_statements:
        assert statement["Sid"] == "ListResources"
        for action in statement["Action"]:
            assert action.split(":")[1].startswith(("List", "Describe")), action


def test_the_policy_fits_into_a_managed_policy_with_the_longest_name_and_region(
    aws: StubbedAws,
) -> None:
    policy = render_policy(aws, "deploy", owner="a" * 12, region_partition="aws-us-gov")
    assert (
        len(compact(policy)) + 40 * len("ap-southeast-2") - 40 * len("us-east-1") <= MANAGED_POLICY_CHARACTERS
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_policies_allow_opening_the_state_machine_in_the_console(aws: StubbedAws, name: str) -> None:
    # Step Functions developer guide, "Creating granular permissions for non-admin users".
    allowed = {action for entry in statements(render_policy(aws, name)) for action in entry["Action"]}
    assert allowed >= {
        "states:ListStateMachines",
        "states:DescribeStateMachine",
        "states:DescribeStateMachineForExecution",
    }


def test_the_start_policy_allows_no_other_write_action(aws: StubbedAws) -> None:
    allowed = [action for entry in statements(render_policy(aws, "start")) for action in entry["Action"]]
    changing = [
        action for action in allowed if not action.split(":")[1].startswith(("Get", "List", "Describe"))
    ]
    assert changing == ["states:StartExecution", "states:StopExecution"]


def test_the_start_policy_allows_reading_only_the_evaluations_of_the_bucket(aws: StubbedAws) -> None:
    reading = [
        entry for entry in statements(render_policy(aws, "start")) if "s3:" in json.dumps(entry["Action"])
    ]
    (listing,) = [entry for entry in reading if entry["Action"] == ["s3:ListBucket"]]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "evaluations/*"}}
    (getting,) = [entry for entry in reading if entry["Action"] == ["s3:GetObject"]]
    assert getting["Resource"] == ["arn:aws:s3:::devstorage-*/evaluations/*"]
    assert len(reading) == 2


def test_the_deploy_policy_allows_every_list_call_of_the_inventory(aws: StubbedAws) -> None:
    allowed = [
        action.lower() for entry in statements(render_policy(aws, "deploy")) for action in entry["Action"]
    ]
    for call in inventory.LIST_CALLS:
        operation = call.operation.replace("_", "")
        operation = "listallmybuckets" if operation == "listbuckets" else operation
        assert any(action.endswith(f":{operation}") for action in allowed), call
