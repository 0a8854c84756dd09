import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

WAIT = json.dumps({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}})


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return f"{caught.value.response['Error']['Code']}: {caught.value.response['Error']['Message']}"


def test_a_user_may_do_only_what_the_policy_allows(aws: Any, allow: Any) -> None:
    client = aws.user(allow("s3:CreateBucket", "arn:aws:s3:::own-bucket"))
    client("s3").create_bucket(Bucket="own-bucket")
    error = refused(client("s3").create_bucket, Bucket="another-bucket")
    assert error.startswith("AccessDenied: User: arn:aws:iam::123456789012:user/user-")
    assert (
        "is not authorized to perform: s3:CreateBucket on resource: arn:aws:s3:::another-bucket because no "
        "identity-based policy allows the s3:CreateBucket action" in error
    )


def test_log_events_are_authorised_on_the_stream(aws: Any, allow: Any) -> None:
    group = "arn:aws:logs:us-east-1:123456789012:log-group:by-stream"
    aws.client("logs").create_log_group(logGroupName="by-stream")
    client = aws.user(
        allow("logs:CreateLogStream", f"{group}:*"), allow("logs:PutLogEvents", f"{group}:log-stream:mine-*")
    )("logs")
    events = [{"timestamp": 1, "message": "line"}]
    for stream in ("mine-1", "other-1"):
        client.create_log_stream(logGroupName="by-stream", logStreamName=stream)
    client.put_log_events(logGroupName="by-stream", logStreamName="mine-1", logEvents=events)
    error = refused(
        client.put_log_events, logGroupName="by-stream", logStreamName="other-1", logEvents=events
    )
    assert f"logs:PutLogEvents on resource: {group}:log-stream:other-1 because" in error


def test_a_denial_of_an_action_without_a_resource_names_no_resource(aws: Any) -> None:
    error = refused(aws.user()("s3").list_buckets)
    assert "on resource" not in error
    assert "s3:ListAllMyBuckets because no identity-based policy allows" in error


@pytest.mark.parametrize("passed_to", ["states.amazonaws.com", "lambda.amazonaws.com"])
def test_passing_a_role_takes_pass_role_for_that_role_and_service(
    aws: Any, allow: Any, passed_to: str
) -> None:
    role = aws.role("states")
    condition = {"StringEquals": {"iam:PassedToService": passed_to}}
    client = aws.user(allow("states:*"), allow("iam:PassRole", role, Condition=condition))("stepfunctions")
    arguments = {"name": f"passed-to-{passed_to[:3]}", "definition": WAIT, "roleArn": role}
    if passed_to == "states.amazonaws.com":
        client.create_state_machine(**arguments)
    else:
        error = refused(client.create_state_machine, **arguments)
        assert f"iam:PassRole on resource: {role} because" in error


def test_changing_a_state_machines_role_takes_pass_role(aws: Any, allow: Any) -> None:
    machine = aws.machine({"S": {"Type": "Succeed"}})
    client = aws.user(allow("states:*"))("stepfunctions")
    error = refused(client.update_state_machine, stateMachineArn=machine, roleArn=aws.role("states"))
    assert "iam:PassRole" in error


def test_creating_and_changing_a_function_takes_pass_role(aws: Any, allow: Any) -> None:
    client, role = aws.user(allow("lambda:*"))("lambda"), aws.role("lambda")
    function = aws.function("def handler(event, context): return 1")
    configuration = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Code": {"ZipFile": b"PK"},
        "Role": role,
    }
    assert "iam:PassRole" in refused(client.create_function, FunctionName="refused", **configuration)
    assert "iam:PassRole" in refused(client.update_function_configuration, FunctionName=function, Role=role)


@pytest.mark.parametrize("operation", ["create_stack", "update_stack", "create_change_set"])
def test_a_stack_operation_with_a_role_takes_pass_role(aws: Any, allow: Any, operation: str) -> None:
    client, role = aws.user(allow("cloudformation:*"))("cloudformation"), aws.role("cloudformation")
    name = {"ChangeSetName": "refused"} if operation == "create_change_set" else {}
    error = refused(getattr(client, operation), StackName="refused", TemplateBody="{}", RoleARN=role, **name)
    assert f"iam:PassRole on resource: {role}" in error


def test_a_rules_targets_take_pass_role(aws: Any, allow: Any) -> None:
    client, role = aws.user(allow("events:*"))("events"), aws.role("events")
    client.put_rule(Name="passes", ScheduleExpression="rate(1 day)")
    target = {"Id": "one", "Arn": "arn:aws:states:us-east-1:123456789012:stateMachine:some", "RoleArn": role}
    assert "iam:PassRole" in refused(client.put_targets, Rule="passes", Targets=[target])


def test_a_service_refuses_roles_that_do_not_trust_it(aws: Any) -> None:
    others = aws.role("ec2")
    states = aws.client("stepfunctions").create_state_machine
    assert "states.amazonaws.com" in refused(states, name="untrusted", definition=WAIT, roleArn=others)
    configuration = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Code": {"ZipFile": b"PK"},
        "Role": others,
    }
    function = aws.client("lambda").create_function
    assert "cannot be assumed by Lambda" in refused(function, FunctionName="untrusted", **configuration)
    stack = aws.client("cloudformation").create_stack
    error = refused(stack, StackName="untrusted", TemplateBody='{"Resources":{}}', RoleARN=others)
    assert error == f"ValidationError: Role {others} is invalid or cannot be assumed"


def test_a_principal_that_a_role_does_not_trust_cannot_assume_it(aws: Any, allow: Any) -> None:
    client = aws.user(allow("sts:AssumeRole"))("sts")
    error = refused(client.assume_role, RoleArn=aws.role("lambda"), RoleSessionName="session")
    assert "is not authorized to perform: sts:AssumeRole" in error


def test_a_policy_can_be_restricted_to_a_stacks_role(aws: Any, allow: Any) -> None:
    role = aws.role("cloudformation", allow("logs:*"))
    confined = allow("cloudformation:*", Condition={"StringEquals": {"cloudformation:RoleArn": role}})
    client = aws.user(confined, allow("iam:PassRole", role))("cloudformation")
    template = json.dumps({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}})
    assert "AccessDenied" in refused(client.create_stack, StackName="no-role", TemplateBody=template)
    client.create_stack(StackName="with-role", TemplateBody=template, RoleARN=role)
    stack = aws.settled("with-role")
    assert (stack["StackStatus"], stack["RoleARN"]) == ("CREATE_COMPLETE", role)


def test_a_bucket_that_denies_insecure_transport_can_be_used(aws: Any) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="tls-only")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps({"Statement": [deny]}))
    user = aws.user({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})("s3")
    user.put_object(Bucket="tls-only", Key="key", Body=b"data")
