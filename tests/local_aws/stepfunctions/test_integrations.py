import json
from typing import Any

import pytest

DOUBLE = "def handler(event, context):\n    return {'doubled': event['number'] * 2}\n"
WRONG = "class WrongError(Exception):\n    pass\ndef handler(event, context):\n    raise WrongError('so')\n"
INVOKE = "lambda:InvokeFunction"


def task(resource: str, **arguments: Any) -> dict[str, Any]:
    return {
        "A": {
            "Type": "Task",
            "Resource": f"arn:aws:states:::{resource}",
            "Parameters": arguments,
            "End": True,
        }
    }


def output(ended: dict[str, Any]) -> Any:
    assert ended["status"] == "SUCCEEDED", ended
    return json.loads(ended["output"])


def test_an_sdk_integration_returns_pascal_case_with_times_as_text(aws: Any, allow: Any) -> None:
    aws.stack({"Group": {"Type": "AWS::Logs::LogGroup"}}, StackName="described")
    states = task("aws-sdk:cloudformation:describeStacks", StackName="described")
    (stack,) = output(aws.run(aws.machine(states, allow("cloudformation:*"))))["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["CreationTime"].endswith("Z")


def test_an_sdk_integration_converts_members_in_camel_case(aws: Any, allow: Any) -> None:
    states = task("aws-sdk:cloudwatchlogs:createLogGroup", LogGroupName="/created/by/machine")
    output(aws.run(aws.machine(states, allow("logs:*"))))
    states = task("aws-sdk:cloudwatchlogs:describeLogGroups", LogGroupNamePrefix="/created/by/machine")
    (group,) = output(aws.run(aws.machine(states, allow("logs:*"))))["LogGroups"]
    assert group["LogGroupName"] == "/created/by/machine"


def test_an_sdk_integration_acts_as_the_machines_role(aws: Any) -> None:
    ended = aws.run(aws.machine(task("aws-sdk:cloudformation:describeStacks")))
    assert ended["error"] == "CloudFormation.CloudFormationException"
    assert "is not authorized to perform: cloudformation:DescribeStacks" in ended["cause"]
    assert ":assumed-role/role-" in ended["cause"]


def test_errors_have_the_names_of_the_sdk_for_java(aws: Any, allow: Any) -> None:
    missing = task("aws-sdk:s3:getObject", Bucket="nowhere-at-all", Key="key")
    assert aws.run(aws.machine(missing, allow("s3:*")))["error"] == "S3.NoSuchBucketException"
    unmodelled = task("aws-sdk:cloudformation:describeStacks", StackName="nowhere")
    ended = aws.run(aws.machine(unmodelled, allow("cloudformation:*")))
    assert ended["error"] == "CloudFormation.CloudFormationException"
    assert "Stack with id nowhere does not exist (Service: CloudFormation, Status Code: 400" in ended["cause"]


def test_an_unknown_argument_fails_the_task(aws: Any, allow: Any) -> None:
    ended = aws.run(aws.machine(task("aws-sdk:cloudformation:describeStacks", Stack="x"), allow("*")))
    assert ended["error"] == "States.Runtime"
    assert "Stack" in ended["cause"]


def test_a_document_where_the_api_takes_bytes_fails_the_task(aws: Any, allow: Any) -> None:
    states = task("aws-sdk:s3:putObject", Bucket="b", Key="k", Body={"some": "document"})
    ended = aws.run(aws.machine(states, allow("*")))
    assert ended["error"] == "States.Runtime"
    assert "Body" in ended["cause"]


@pytest.mark.parametrize("call", ["s3:flyAway", "nowhere:describe"])
def test_an_unknown_call_fails_the_task(aws: Any, allow: Any, call: str) -> None:
    ended = aws.run(aws.machine(task(f"aws-sdk:{call}"), allow("*")))
    assert ended["error"] == "States.Runtime"
    assert ended["cause"] == f"There is no call {call} in the AWS SDK."


def test_invoking_a_function_takes_the_permission_of_the_machines_role(aws: Any, allow: Any) -> None:
    function = aws.function(DOUBLE)
    states = task("lambda:invoke", FunctionName=function, Payload={"number": 4})
    assert output(aws.run(aws.machine(states, allow(INVOKE, function))))["Payload"] == {"doubled": 8}
    ended = aws.run(aws.machine(states))
    assert ended["error"] == "Lambda.AWSLambdaException"
    assert f"is not authorized to perform: lambda:InvokeFunction on resource: {function}" in ended["cause"]


def test_a_function_as_the_resource_takes_the_permission_of_the_machines_role(aws: Any, allow: Any) -> None:
    function = aws.function(DOUBLE)
    states = {"A": {"Type": "Task", "Resource": function, "End": True}}
    assert output(aws.run(aws.machine(states, allow(INVOKE)), number=2)) == {"doubled": 4}
    assert aws.run(aws.machine(states), number=2)["status"] == "FAILED"


def test_a_functions_exception_is_the_tasks_error(aws: Any, allow: Any) -> None:
    states = task("lambda:invoke", FunctionName=aws.function(WRONG), Payload={})
    ended = aws.run(aws.machine(states, allow(INVOKE)))
    assert ended["error"] == "WrongError"
    assert json.loads(ended["cause"])["errorMessage"] == "so"


def test_invoking_a_missing_function_fails_the_task(aws: Any, allow: Any) -> None:
    ended = aws.run(aws.machine(task("lambda:invoke", FunctionName="nowhere"), allow(INVOKE)))
    assert ended["error"] == "Lambda.ResourceNotFoundException"


def test_publishing_takes_the_roles_permission_and_converts_documents_to_json(aws: Any, allow: Any) -> None:
    topic = aws.client("sns").create_topic(Name="published")["TopicArn"]
    states = task("sns:publish", TopicArn=topic, Message={"some": "document"})
    assert "MessageId" in output(aws.run(aws.machine(states, allow("sns:Publish", topic))))
    ended = aws.run(aws.machine(states))
    assert "is not authorized to perform: sns:Publish" in ended["cause"]


def test_a_role_that_does_not_trust_step_functions_fails_the_task(aws: Any, allow: Any) -> None:
    machine = aws.machine(task("aws-sdk:sts:getCallerIdentity"), allow("*"))
    role = aws.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["roleArn"]
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.client("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2], PolicyDocument=json.dumps({"Statement": [trust]})
    )
    assert "cannot be assumed by states.amazonaws.com" in aws.run(machine)["cause"]


def test_a_roles_trust_may_be_restricted_to_a_machine(aws: Any, allow: Any) -> None:
    machine = aws.machine(task("aws-sdk:sts:getCallerIdentity"), allow("*"))
    role = aws.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["roleArn"]

    def confine(source: str) -> dict[str, Any]:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "states.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"ArnLike": {"aws:SourceArn": source}},
        }
        aws.client("iam").update_assume_role_policy(
            RoleName=role.rpartition("/")[2], PolicyDocument=json.dumps({"Statement": [trust]})
        )
        ended: dict[str, Any] = aws.run(machine)
        return ended

    assert confine(machine)["status"] == "SUCCEEDED"
    assert confine("arn:aws:states:us-east-1:123456789012:stateMachine:other")["status"] == "FAILED"
