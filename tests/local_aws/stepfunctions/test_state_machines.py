import json
from typing import Any

PASS = {"A": {"Type": "Pass", "End": True}}
LOG_ACTIONS = [
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
]
UNREACHABLE = json.dumps({"StartAt": "A", "States": {**PASS, "B": {"Type": "Succeed"}}})


def logging(aws: Any, group: str) -> dict[str, Any]:
    aws.client("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    return {"Level": "ALL", "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn}}]}


def machine(role: str, **properties: Any) -> dict[str, Any]:
    definition = {"DefinitionString": json.dumps({"StartAt": "A", "States": PASS})}
    return {
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"RoleArn": role, **definition, **properties},
        }
    }


def test_an_invalid_definition_is_refused(aws: Any) -> None:
    states, role = aws.client("stepfunctions"), aws.role("states")
    with aws.refused("InvalidDefinition") as messages:
        states.create_state_machine(name="unreachable", definition=UNREACHABLE, roleArn=role)
    assert 'State "B" is not reachable' in messages[0]
    good = aws.machine(PASS)
    with aws.refused("InvalidDefinition"):
        states.update_state_machine(stateMachineArn=good, definition=UNREACHABLE)


def test_an_input_that_is_not_json_is_refused(aws: Any) -> None:
    states, machine_arn = aws.client("stepfunctions"), aws.machine(PASS)
    with aws.refused("InvalidExecutionInput"):
        states.start_execution(stateMachineArn=machine_arn, input="nojson")
    assert states.list_executions(stateMachineArn=machine_arn)["executions"] == []


def test_a_stack_with_an_invalid_definition_rolls_back(aws: Any) -> None:
    stack = aws.stack(machine(aws.role("states"), DefinitionString=UNREACHABLE))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert 'State "B" is not reachable' in aws.failures(stack)


def test_a_stacks_machine_has_its_logging_and_tracing(aws: Any, allow: Any) -> None:
    role = aws.role("states", allow(LOG_ACTIONS))
    resources = machine(
        role,
        LoggingConfiguration={**logging(aws, "/states/kept"), "IncludeExecutionData": True},
        TracingConfiguration={"Enabled": True},
        StateMachineName="kept",
    )
    stack = aws.stack(resources)
    assert stack["StackStatus"] == "CREATE_COMPLETE", aws.failures(stack)
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:kept"
    described = aws.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
    assert described["loggingConfiguration"]["level"] == "ALL"
    assert described["loggingConfiguration"]["includeExecutionData"] is True
    assert described["tracingConfiguration"] == {"enabled": True}


def test_logging_without_the_permissions_is_refused(aws: Any, allow: Any) -> None:
    role = aws.role("states", allow(LOG_ACTIONS[1:]))
    stack = aws.stack(machine(role, LoggingConfiguration=logging(aws, "/states/refused")))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "is not authorized to access the Log Destination" in aws.failures(stack)
    assert "lacks logs:CreateLogDelivery." in aws.failures(stack)


def test_a_stacks_machine_has_its_definition_with_the_substitutions_in_place(aws: Any) -> None:
    written = {
        "StartAt": "${First}",
        "States": {"A": {"Type": "Fail", "Error": "E", "Cause": "${Cause} ${None}"}},
    }
    stack = aws.stack(
        machine(
            aws.role("states"),
            DefinitionString=json.dumps(written),
            DefinitionSubstitutions={"First": "A", "Cause": {"Ref": "AWS::Region"}},
            StateMachineName="substituted",
        )
    )
    assert stack["StackStatus"] == "CREATE_COMPLETE", aws.failures(stack)
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:substituted"
    definition = json.loads(
        aws.client("stepfunctions").describe_state_machine(stateMachineArn=arn)["definition"]
    )
    assert definition["StartAt"] == "A"
    assert definition["States"]["A"]["Cause"] == "us-east-1 ${None}"
