import json

import pytest

from client.deployment import Deployment
from client.operations import inventory
from client.policies import render as policies
from tests.client.conftest import PreparedAws

MANAGED_POLICY_CHARACTERS = 6144  # IAM counts without spaces


def render(
    aws: PreparedAws, name: str, *, owner: str = "lda", region_partition: str = "aws"
) -> dict[str, object]:
    arn = f"arn:{region_partition}:iam::123456789012:user/someone"
    answer = {"Arn": arn, "Account": "123456789012", "UserId": "AIDAEXAMPLE"}
    aws.answer("sts", "get_caller_identity", answer)
    return policies.render(name, Deployment(owner, session=aws))  # type: ignore[arg-type]  # as the fixture


def statements(policy: dict[str, object]) -> list[dict[str, object]]:
    held = policy["Statement"]
    assert isinstance(held, list)
    return held


@pytest.mark.parametrize("name", policies.NAMES)
def test_every_placeholder_is_filled_in_with_the_deployments_own_names(aws: PreparedAws, name: str) -> None:
    text = json.dumps(render(aws, name, owner="alice"))
    assert "$" not in text
    assert "arn:aws:cloudformation:us-east-1:123456789012:stack/alice-Dev" in text


@pytest.mark.parametrize("name", policies.NAMES)
def test_no_statement_allows_every_action_or_every_action_of_a_service(aws: PreparedAws, name: str) -> None:
    for statement in statements(render(aws, name)):
        actions = statement["Action"]
        assert isinstance(actions, list)
        assert not [action for action in actions if "*" in action], statement["Sid"]


@pytest.mark.parametrize("name", policies.NAMES)
def test_only_list_calls_that_know_no_resource_are_allowed_on_every_resource(
    aws: PreparedAws, name: str
) -> None:
    open_statements = [entry for entry in statements(render(aws, name)) if entry["Resource"] in ("*", ["*"])]
    for statement in open_statements:
        assert statement["Sid"] == "TakeInventory"
        for action in statement["Action"]:  # type: ignore[attr-defined]  # a list, as the test above asserts
            assert action.split(":")[1].startswith(("List", "Describe")), action


def test_with_the_longest_name_and_region_the_policy_still_fits_into_a_managed_policy(
    aws: PreparedAws,
) -> None:
    policy = render(aws, "deploy", owner="a" * 12, region_partition="aws-us-gov")
    assert (
        len(policies.compact(policy)) + 40 * len("ap-southeast-2") - 40 * len("us-east-1")
        <= MANAGED_POLICY_CHARACTERS
    )


@pytest.mark.parametrize("name", policies.NAMES)
def test_whoever_may_start_executions_may_find_and_open_the_machine_in_the_console(
    aws: PreparedAws, name: str
) -> None:
    # Step Functions developer guide, "Creating granular permissions for non-admin users".
    allowed = {action for entry in statements(render(aws, name)) for action in entry["Action"]}  # type: ignore[attr-defined]  # as above
    assert allowed >= {
        "states:ListStateMachines",
        "states:DescribeStateMachine",
        "states:DescribeStateMachineForExecution",
    }


def test_whoever_only_starts_executions_can_change_nothing_else(aws: PreparedAws) -> None:
    allowed = [action for entry in statements(render(aws, "start")) for action in entry["Action"]]  # type: ignore[attr-defined]  # as above
    changing = [
        action for action in allowed if not action.split(":")[1].startswith(("Get", "List", "Describe"))
    ]
    assert changing == ["states:StartExecution"]


def test_whoever_only_starts_executions_sees_of_the_bucket_only_the_evaluations(aws: PreparedAws) -> None:
    reading = [entry for entry in statements(render(aws, "start")) if "s3:" in json.dumps(entry["Action"])]
    (listing,) = [entry for entry in reading if entry["Action"] == ["s3:ListBucket"]]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "evaluations/*"}}
    (getting,) = [entry for entry in reading if entry["Action"] == ["s3:GetObject"]]
    assert getting["Resource"] == ["arn:aws:s3:::devstorage-*/evaluations/*"]
    assert len(reading) == 2


def test_whoever_deploys_may_make_every_list_call_of_the_inventory(aws: PreparedAws) -> None:
    allowed = [action.lower() for entry in statements(render(aws, "deploy")) for action in entry["Action"]]  # type: ignore[attr-defined]  # as above
    for listing in inventory.LISTINGS:
        operation = listing.operation.replace("_", "")
        operation = "listallmybuckets" if operation == "listbuckets" else operation
        assert any(action.endswith(f":{operation}") for action in allowed), listing
