"""Policy statements of the roles of both state machines."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns


def invoke(*functions: lambda_.IFunction) -> iam.PolicyStatement:
    """Allow invoking functions, their versions and aliases included."""
    arns = [arn for function in functions for arn in function.resource_arns_for_grant_invoke]
    return iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=arns)


def publish(topic: sns.ITopic) -> iam.PolicyStatement:
    """Allow publishing to a topic; the stack grants the use of its key."""
    return iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn])


def job_events(stack: Stack, rule: str) -> iam.PolicyStatement:
    """Allow maintaining the EventBridge rule by which Step Functions learns that a job has ended."""
    arn = stack.format_arn(service="events", resource="rule", resource_name=rule)
    return iam.PolicyStatement(
        actions=["events:DescribeRule", "events:PutRule", "events:PutTargets"], resources=[arn]
    )
