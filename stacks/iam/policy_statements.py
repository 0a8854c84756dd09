"""Policy statements of several roles, each as narrow as its service allows."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

from stacks.common.algorithm_image import ContainerImage
from stacks.config.settings import Settings


def pull_image(image: ContainerImage) -> list[iam.PolicyStatement]:
    """Allow SageMaker, on behalf of a role, to pull one image."""
    return [
        # A token is valid for the whole registry: the action supports no resource.
        iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        iam.PolicyStatement(
            actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources=[image.repository_arn],
        ),
    ]


def write_logs(stack: Stack, *, group: str, streams: str = "*") -> list[iam.PolicyStatement]:
    """Allow writing to the log streams that match the pattern `streams`, in the log group named `group`."""
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


def write_to_log_group(group: logs.ILogGroup) -> iam.PolicyStatement:
    """Allow writing to one log group, which exists already."""
    return iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[group.log_group_arn]
    )


def put_metrics(*namespaces: str) -> iam.PolicyStatement:
    """Allow publishing metrics in these namespaces only; the action supports no resource."""
    return iam.PolicyStatement(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": list(namespaces)}},
    )


def describe_alarms(stack: Stack, names: str) -> iam.PolicyStatement:
    """Allow reading the state of the alarms whose names match the pattern `names`."""
    return iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=[alarm_arn(stack, names)])


def alarm_arn(stack: Stack, names: str) -> str:
    """Return the ARN of the alarm `names`, which may be a pattern."""
    return stack.format_arn(
        service="cloudwatch", resource="alarm", resource_name=names, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )


def list_objects(bucket: s3.IBucket, *prefixes: str) -> iam.PolicyStatement:
    """Allow listing the keys of a bucket that begin with one of the prefixes."""
    return iam.PolicyStatement(
        actions=["s3:ListBucket"],
        resources=[bucket.bucket_arn],
        conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}},
    )


def get_objects(bucket: s3.IBucket, *keys: str) -> iam.PolicyStatement:
    """Allow reading the objects of a bucket whose keys match one of the patterns."""
    return iam.PolicyStatement(actions=["s3:GetObject"], resources=_object_arns(bucket, keys))


def put_objects(bucket: s3.IBucket, *keys: str) -> iam.PolicyStatement:
    """Allow writing objects to a bucket with keys that match one of the patterns."""
    return iam.PolicyStatement(actions=["s3:PutObject"], resources=_object_arns(bucket, keys))


def _object_arns(bucket: s3.IBucket, keys: tuple[str, ...]) -> list[str]:
    return [bucket.arn_for_objects(key) for key in keys]


def describe_training_jobs(stack: Stack, settings: Settings) -> iam.PolicyStatement:
    """Allow reading the descriptions of this deployment's training jobs."""
    jobs = stack.format_arn(
        service="sagemaker", resource="training-job", resource_name=f"{settings.prefix}-*"
    )
    return iam.PolicyStatement(actions=["sagemaker:DescribeTrainingJob"], resources=[jobs])


def describe_stack(stack: Stack, name: str) -> iam.PolicyStatement:
    """Allow reading the status, parameters and outputs of the stack `name`."""
    arn = stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{name}/*")
    return iam.PolicyStatement(actions=["cloudformation:DescribeStacks"], resources=[arn])


def read_bootstrap_version(stack: Stack) -> iam.PolicyStatement:
    """Allow resolving the template parameter BootstrapVersion, which every update of a stack does."""
    version = stack.format_arn(
        service="ssm",
        resource="parameter",
        resource_name=f"cdk-bootstrap/{stack.synthesizer.bootstrap_qualifier}/version",
    )
    return iam.PolicyStatement(actions=["ssm:GetParameters"], resources=[version])


def pass_role(role: iam.IRole, *, to: str) -> iam.PolicyStatement:
    """Allow passing one role to one service."""
    return iam.PolicyStatement(
        actions=["iam:PassRole"],
        resources=[role.role_arn],
        conditions={"StringEquals": {"iam:PassedToService": to}},
    )


def service_principal(stack: Stack, service: str, **source: str) -> iam.ServicePrincipal:
    """Return a service that may assume a role on behalf of this account only (confused deputy)."""
    conditions = {"aws:SourceAccount": stack.account, **source}
    return iam.ServicePrincipal(service, conditions={"StringEquals": conditions})
