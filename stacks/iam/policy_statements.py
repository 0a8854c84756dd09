"""Statements that several roles need: logs, metrics, images, each as narrow as its service allows."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from stacks.common.algorithm_image import Image


def pull(image: Image) -> list[iam.PolicyStatement]:
    """Allow SageMaker, on behalf of a role, to pull one image."""
    return [
        # A token is for the whole registry: the action knows no resource.
        iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        iam.PolicyStatement(
            actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources=[image.repository_arn],
        ),
    ]


def write_logs(stack: Stack, *, group: str, streams: str = "*") -> list[iam.PolicyStatement]:
    """Allow writing to the `streams` (a pattern) of the log group of the name `group`."""
    arn = stack.format_arn(
        service="logs", resource="log-group", resource_name=group, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    return [
        iam.PolicyStatement(
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams"],
            resources=[arn, f"{arn}:*"],
        ),
        iam.PolicyStatement(actions=["logs:PutLogEvents"], resources=[f"{arn}:log-stream:{streams}"]),
    ]


def put_metrics(*namespaces: str) -> iam.PolicyStatement:
    """Allow publishing metrics, in these namespaces alone; the action knows no resource."""
    return iam.PolicyStatement(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": list(namespaces)}},
    )


def describe_alarms(stack: Stack, names: str) -> iam.PolicyStatement:
    """Allow seeing the state of the alarms whose names match `names` (a pattern)."""
    return iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=[alarm_arn(stack, names)])


def alarm_arn(stack: Stack, names: str) -> str:
    """Return the ARN, or the pattern of ARNs, of the alarms called `names`."""
    return stack.format_arn(
        service="cloudwatch", resource="alarm", resource_name=names, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )


def list_objects(bucket_arn: str, *prefixes: str) -> iam.PolicyStatement:
    """Allow listing the keys of a bucket that begin with one of the prefixes."""
    return iam.PolicyStatement(
        actions=["s3:ListBucket"],
        resources=[bucket_arn],
        conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}},
    )


def pass_role(role: iam.IRole, *, to: str) -> iam.PolicyStatement:
    """Allow handing one role to one service."""
    return iam.PolicyStatement(
        actions=["iam:PassRole"],
        resources=[role.role_arn],
        conditions={"StringEquals": {"iam:PassedToService": to}},
    )


def for_this_account(stack: Stack, service: str, **source: str) -> iam.ServicePrincipal:
    """Let a service take a role on this account's behalf only (confused deputy)."""
    conditions = {"aws:SourceAccount": stack.account, **source}
    return iam.ServicePrincipal(service, conditions={"StringEquals": conditions})
