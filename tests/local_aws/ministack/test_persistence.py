import json
import os
import signal
import threading
from typing import Any

import pytest

from local_aws.ministack import bindings, persistence

SILENT = "def handler(event, context):\n    return None\n"


def test_a_copy_is_tried_again_when_its_source_changed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([RuntimeError("dictionary changed size during iteration"), {"kept": 1}])
    saved: dict[str, Any] = {}

    def get_state() -> Any:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    kept = {
        "state to save": lambda: {"service": get_state},
        "save all": lambda states: saved.update({name: copy() for name, copy in states.items()}),
    }
    monkeypatch.setattr(bindings, "get", kept.get)
    persistence.save()
    assert saved == {"service": {"kept": 1}}


def test_what_ends_together_is_saved_once_and_what_ends_meanwhile_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saves: list[dict[str, Any]] = []

    def get_state() -> dict[str, Any]:
        if not saves:
            persistence.save_soon()
            persistence.save_soon()
        return {}

    kept = {
        "state to save": lambda: {"service": get_state},
        "save all": lambda states: saves.extend(copy() for copy in states.values()),
    }
    monkeypatch.setattr(bindings, "get", kept.get)
    persistence.save_soon()
    persistence.save_soon()
    persistence.save_when_wanted()
    persistence.save_when_wanted()
    assert len(saves) == 2


def test_a_save_waits_for_the_one_before_it() -> None:
    told: list[str] = []

    def write(states: dict[str, Any]) -> None:
        told.extend([*states, "written"])

    def write_slowly(states: dict[str, Any]) -> None:
        second.start()
        second.join(timeout=0.2)
        told.extend([*states, "written"])

    second = threading.Thread(target=lambda: persistence.one_at_a_time(write)({"at the stop": None}))
    persistence.one_at_a_time(write_slowly)({"soon": None})
    second.join()
    assert told == ["soon", "written", "at the stop", "written"]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_an_operation_that_the_server_did_not_live_to_end_has_failed(
    command: Any, new_aws: Any, eventually: Any, end: str
) -> None:
    command.up()
    aws = new_aws(f"http://127.0.0.1:{command.port}", command.state)
    custom = {"Type": "Custom::Silent", "Properties": {"ServiceToken": aws.function(SILENT)}}
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="silent", TemplateBody=aws.template({"Custom": custom}))
    eventually(lambda: "Custom" in str(cloudformation.describe_stack_events(StackName="silent")))
    aws.stack({"Group": {"Type": "AWS::Logs::LogGroup"}})  # a finished operation saves the unfinished one too
    saved = command.state / "services" / "cloudformation.json"
    eventually(lambda: saved.exists() and "silent" in saved.read_text())
    if end == "stop":
        command("down")  # the custom resource would wait for an hour
    else:
        os.kill(json.loads((command.state / "server.json").read_text())["pid"], signal.SIGKILL)
    assert command.up().returncode == 0
    stack = aws.settled("silent")
    assert (stack["StackStatus"], stack["StackStatusReason"]) == (
        "ROLLBACK_FAILED",
        "The server stopped during the operation.",
    )
    assert aws.delete(stack)["StackStatus"] == "DELETE_COMPLETE"


def test_an_update_that_the_server_did_not_live_to_end_is_as_before(
    command: Any, new_aws: Any, eventually: Any
) -> None:
    command.up()
    aws = new_aws(f"http://127.0.0.1:{command.port}", command.state)
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": {"Ref": "Days"}}}
    sections = {"Parameters": {"Days": {"Type": "Number", "Default": "7"}}}
    stack = aws.stack({"Group": group}, StackName="updated", template=sections)
    custom = {"Type": "Custom::Silent", "Properties": {"ServiceToken": aws.function(SILENT)}}
    cloudformation = aws.client("cloudformation")
    changed = aws.template({"Group": group, "Custom": custom}, **sections)
    days = [{"ParameterKey": "Days", "ParameterValue": "14"}]
    cloudformation.update_stack(StackName="updated", TemplateBody=changed, Parameters=days)
    eventually(lambda: "Custom" in str(cloudformation.describe_stack_events(StackName="updated")))
    command("down")
    command.up()
    stack = aws.settled("updated")
    assert (stack["StackStatus"], stack["Parameters"][0]["ParameterValue"]) == (
        "UPDATE_ROLLBACK_COMPLETE",
        "7",
    )
    assert "Custom" not in cloudformation.get_template(StackName="updated")["TemplateBody"]["Resources"]
    again = aws.template({"Group": group}, **sections)
    cloudformation.update_stack(StackName="updated", TemplateBody=again, Parameters=days)
    assert aws.settled("updated")["StackStatus"] == "UPDATE_COMPLETE"


def test_what_an_execution_left_is_there_after_a_kill(command: Any, new_aws: Any, eventually: Any) -> None:
    command.up()
    aws = new_aws(f"http://127.0.0.1:{command.port}", command.state)
    done = aws.run(aws.machine({"A": {"Type": "Pass", "End": True}}), kept=1)
    saved = command.state / "services" / "stepfunctions.json"
    eventually(lambda: saved.exists() and "SUCCEEDED" in saved.read_text())
    os.kill(json.loads((command.state / "server.json").read_text())["pid"], signal.SIGKILL)
    command.up()
    again = aws.client("stepfunctions").describe_execution(executionArn=done["executionArn"])
    assert (again["status"], json.loads(again["output"])) == ("SUCCEEDED", {"kept": 1})
