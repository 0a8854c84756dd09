from client.deployment import Deployment
from client.operations.triggers import stop_triggers
from tests.client.conftest import PreparedAws

PREFIX = "DevTraining-Triggers"


def test_the_schedule_is_deleted_and_the_rule_disabled(aws: PreparedAws, deployment: Deployment) -> None:
    schedule, rule, said = f"{PREFIX}Schedule-x", f"{PREFIX}Upload-y", list[str]()
    aws.answer("scheduler", "list_schedules", {"Schedules": [{"Name": schedule}]}, NamePrefix=PREFIX)
    aws.answer("scheduler", "delete_schedule", {}, Name=schedule)
    aws.answer("events", "list_rules", {"Rules": [{"Name": rule}]}, NamePrefix=PREFIX)
    aws.answer("events", "disable_rule", {}, Name=rule)
    stop_triggers(deployment, said.append)
    assert said == [f"deleted schedule {schedule}", f"disabled rule {rule}"]


def test_without_triggers_nothing_is_said(aws: PreparedAws, deployment: Deployment) -> None:
    said: list[str] = []
    aws.answer("scheduler", "list_schedules", {"Schedules": []}, NamePrefix=PREFIX)
    aws.answer("events", "list_rules", {"Rules": []}, NamePrefix=PREFIX)
    stop_triggers(deployment, said.append)
    assert said == []
