"""Every action of every deployed role is needed: taken away, the run fails with an access-denied sentence."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.end_to_end.machine import Project

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(580)]

# Actions whose absence the local flow cannot show, each with the reason.
NOT_SHOWN: dict[str, str] = {}


@dataclass(frozen=True)
class Grant:
    """One action in one statement of one inline policy."""

    role: str
    policy: str
    statement: int
    action: str


def grants(project: Project) -> list[Grant]:
    iam = project.machine.client("iam")
    resources = project.machine.client("cloudformation").list_stack_resources(StackName="DevTraining")
    roles = [
        r["PhysicalResourceId"]
        for r in resources["StackResourceSummaries"]
        if r["ResourceType"] == "AWS::IAM::Role"
    ]
    return [
        Grant(role, policy, number, action)
        for role in roles
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
        for number, statement in enumerate(document(iam, role, policy)["Statement"])
        for action in as_list(statement["Action"])
    ]


def document(iam: Any, role: str, policy: str) -> dict[str, Any]:
    found = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    return dict(found if isinstance(found, dict) else json.loads(found))


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def without(document: dict[str, Any], grant: Grant) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    statement = changed["Statement"][grant.statement]
    kept = [action for action in as_list(statement["Action"]) if action != grant.action]
    statement["Action"] = kept or ["none:Nothing"]
    return changed


@pytest.fixture
def taken_away(project: Project) -> Iterator[Any]:
    iam = project.machine.client("iam")
    restore: list[dict[str, str]] = []

    def take(grant: Grant) -> None:
        before = document(iam, grant.role, grant.policy)
        names = {"RoleName": grant.role, "PolicyName": grant.policy}
        restore.append({**names, "PolicyDocument": json.dumps(before)})
        iam.put_role_policy(**names, PolicyDocument=json.dumps(without(before, grant)))

    def give_back() -> None:
        while restore:
            iam.put_role_policy(**restore.pop())

    take.give_back = give_back  # type: ignore[attr-defined]  # the pair belongs together
    yield take
    give_back()


def test_each_action_taken_away_fails_the_run_with_an_access_denied_sentence(
    project: Project, small: tuple[Any, Any], taken_away: Any
) -> None:
    project.upload("small", *small)
    alpha0 = 1.0
    first = project.run(dataset="small", num_topics=5)
    first.succeeded()
    unneeded = []
    for grant in grants(project):
        alpha0 += 0.001  # a new model each time, so that every run promotes
        taken_away(grant)
        outcome = project.run(dataset="small", num_topics=5, alpha0=round(alpha0, 3))
        taken_away.give_back()
        text = f"{outcome.error} {outcome.cause}".lower()
        if outcome.status == "SUCCEEDED" or not ("not authorized" in text or "access" in text):
            unneeded.append((grant, outcome.status, outcome.error, outcome.cause[:200]))
    shown = [entry for entry in unneeded if entry[0].action not in NOT_SHOWN]
    assert not shown, "\n".join(map(str, shown))
