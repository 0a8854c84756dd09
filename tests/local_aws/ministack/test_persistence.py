import json
import os
import signal
import threading
from typing import Any

import pytest

from local_aws.ministack import persistence
from local_aws.ministack.bindings import ministack

SILENT = "def handler(event, context):\n    return None\n"


def test_a_copy_is_repeated_when_its_source_changes_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    responses = iter([RuntimeError("dictionary changed size during iteration"), {"kept": 1}])
    saved: dict[str, Any] = {}

    def get_state() -> Any:
        response = next(responses)
        if isinstance(response, Exception):
            raise response
        return response

    monkeypatch.setattr(ministack, "state_getters", lambda: {"service": get_state})
    monkeypatch.setattr(
        ministack,
        "save_all",
        lambda states: saved.update({name: copy() for name, copy in states.items()}),
    )
    persistence.save()
    assert saved == {"service": {"kept": 1}}


def test_simultaneous_requests_are_saved_once_and_requests_during_a_save_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saves: list[dict[str, Any]] = []

    def get_state() -> dict[str, Any]:
        if not saves:
            persistence.save_soon()
            persistence.save_soon()
        return {}

    monkeypatch.setattr(ministack, "state_getters", lambda: {"service": get_state})
    monkeypatch.setattr(
        ministack, "save_all", lambda states: saves.extend(copy() for copy in states.values())
    )
    persistence.save_soon()
    persistence.save_soon()
    persistence.save_when_requested()
    persistence.save_when_requested()
    assert len(saves) == 2


def test_a_save_waits_for_the_one_before_it() -> None:
    written: list[str] = []

    def write(states: dict[str, Any]) -> None:
        written.extend([*states, "written"])

    def write_slowly(states: dict[str, Any]) -> None:
        second.start()
        second.join(timeout=0.2)
        written.extend([*states, "written"])

    second = threading.Thread(target=lambda: persistence.one_at_a_time(write)({"at the stop": dict}))
    persistence.one_at_a_time(write_slowly)({"soon": dict})
    second.join()
    assert written == ["soon", "written", "at the stop", "written"]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_stack_creation_that_a_stop_or_kill_interrupts_has_failed_after_the_restart(
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


def test_a_stack_update_that_a_stop_interrupts_is_rolled_back_after_the_restart(
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


def test_a_finished_execution_is_restored_after_a_kill(command: Any, new_aws: Any, eventually: Any) -> None:
    command.up()
    aws = new_aws(f"http://127.0.0.1:{command.port}", command.state)
    done = aws.run(aws.machine({"A": {"Type": "Pass", "End": True}}), kept=1)
    saved = command.state / "services" / "stepfunctions.json"
    eventually(lambda: saved.exists() and "SUCCEEDED" in saved.read_text())
    os.kill(json.loads((command.state / "server.json").read_text())["pid"], signal.SIGKILL)
    command.up()
    again = aws.client("stepfunctions").describe_execution(executionArn=done["executionArn"])
    assert (again["status"], json.loads(again["output"])) == ("SUCCEEDED", {"kept": 1})
