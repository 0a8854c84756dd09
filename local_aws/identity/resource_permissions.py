"""The IAM actions that creating, updating and deleting a resource take, by CloudFormation type.

They are the actions that the CloudFormation registry's schemas list for a type's handlers, without those that
only read.
"""

from typing import NamedTuple


class ResourcePermissions(NamedTuple):
    """The permissions that a resource type takes.

    ``arn`` has {region}, {account} and {id}, which is the physical id, or the name that the resource will
    get: the property ``name``, or a generated one. ``on`` is the property that names other resources, to
    which the actions apply instead. ``properties`` are the further actions that a property takes when it is
    set or changed.
    """

    arn: str
    name: str = ""
    on: str = ""
    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    properties: dict[str, str] = {}  # noqa: RUF012 -- read only
    passes: dict[str, str] = {}  # noqa: RUF012 -- property with roles -> the service that they are passed to


_ROLE = "arn:aws:iam::{account}:role/{id}"
_BUCKET = "arn:aws:s3:::{id}"
_TOPIC = "arn:aws:sns:{region}:{account}:{id}"
_FUNCTION = "arn:aws:lambda:{region}:{account}:function:{id}"
_ALARM = "arn:aws:cloudwatch:{region}:{account}:alarm:{id}"

TYPES: dict[str, ResourcePermissions] = {
    "AWS::S3::Bucket": ResourcePermissions(
        _BUCKET,
        "BucketName",
        create=("s3:CreateBucket",),
        delete=("s3:DeleteBucket",),
        properties={
            "Tags": "s3:PutBucketTagging",
            "BucketEncryption": "s3:PutEncryptionConfiguration",
            "LifecycleConfiguration": "s3:PutLifecycleConfiguration",
            "VersioningConfiguration": "s3:PutBucketVersioning",
            "PublicAccessBlockConfiguration": "s3:PutBucketPublicAccessBlock",
            "OwnershipControls": "s3:PutBucketOwnershipControls",
            "CorsConfiguration": "s3:PutBucketCORS",
            "NotificationConfiguration": "s3:PutBucketNotification",
        },
    ),
    "AWS::S3::BucketPolicy": ResourcePermissions(
        _BUCKET,
        on="Bucket",
        create=("s3:PutBucketPolicy",),
        update=("s3:PutBucketPolicy",),
        delete=("s3:DeleteBucketPolicy",),
    ),
    "AWS::IAM::Role": ResourcePermissions(
        _ROLE,
        "RoleName",
        create=("iam:CreateRole",),
        delete=("iam:DeleteRole",),
        properties={
            "Policies": "iam:PutRolePolicy",
            "ManagedPolicyArns": "iam:AttachRolePolicy",
            "Tags": "iam:TagRole",
        },
    ),
    "AWS::IAM::Policy": ResourcePermissions(
        _ROLE,
        on="Roles",
        create=("iam:PutRolePolicy",),
        update=("iam:PutRolePolicy",),
        delete=("iam:DeleteRolePolicy",),
    ),
    "AWS::IAM::ManagedPolicy": ResourcePermissions(
        "arn:aws:iam::{account}:policy/{id}",
        "ManagedPolicyName",
        create=("iam:CreatePolicy",),
        update=("iam:CreatePolicyVersion",),
        delete=("iam:DeletePolicy",),
    ),
    "AWS::Lambda::Function": ResourcePermissions(
        _FUNCTION,
        "FunctionName",
        create=("lambda:CreateFunction",),
        update=("lambda:UpdateFunctionConfiguration",),
        delete=("lambda:DeleteFunction",),
        properties={"Tags": "lambda:TagResource"},
        passes={"Role": "lambda.amazonaws.com"},
    ),
    "AWS::Lambda::Permission": ResourcePermissions(
        _FUNCTION, on="FunctionName", create=("lambda:AddPermission",), delete=("lambda:RemovePermission",)
    ),
    "AWS::Logs::LogGroup": ResourcePermissions(
        "arn:aws:logs:{region}:{account}:log-group:{id}",
        "LogGroupName",
        create=("logs:CreateLogGroup",),
        delete=("logs:DeleteLogGroup",),
        properties={"RetentionInDays": "logs:PutRetentionPolicy", "Tags": "logs:TagResource"},
    ),
    "AWS::SNS::Topic": ResourcePermissions(
        _TOPIC,
        "TopicName",
        create=("sns:CreateTopic",),
        update=("sns:SetTopicAttributes",),
        delete=("sns:DeleteTopic",),
        properties={"Tags": "sns:TagResource"},
    ),
    "AWS::SNS::TopicPolicy": ResourcePermissions(
        _TOPIC,
        on="Topics",
        create=("sns:SetTopicAttributes",),
        update=("sns:SetTopicAttributes",),
        delete=("sns:SetTopicAttributes",),
    ),
    "AWS::SNS::Subscription": ResourcePermissions(
        _TOPIC, on="TopicArn", create=("sns:Subscribe",), delete=("sns:Unsubscribe",)
    ),
    "AWS::Events::Rule": ResourcePermissions(
        "arn:aws:events:{region}:{account}:rule/{id}",
        "Name",
        create=("events:PutRule",),
        update=("events:PutRule",),
        delete=("events:DeleteRule",),
        properties={"Targets": "events:PutTargets"},
        passes={"RoleArn": "events.amazonaws.com", "Targets": "events.amazonaws.com"},
    ),
    "AWS::Scheduler::Schedule": ResourcePermissions(
        "arn:aws:scheduler:{region}:{account}:schedule/default/{id}",
        "Name",
        create=("scheduler:CreateSchedule",),
        update=("scheduler:UpdateSchedule",),
        delete=("scheduler:DeleteSchedule",),
        passes={"Target": "scheduler.amazonaws.com"},
    ),
    "AWS::KMS::Key": ResourcePermissions(
        "arn:aws:kms:{region}:{account}:key/{id}",
        create=("kms:CreateKey",),
        update=("kms:PutKeyPolicy",),
        delete=("kms:ScheduleKeyDeletion",),
        properties={"EnableKeyRotation": "kms:EnableKeyRotation", "Tags": "kms:TagResource"},
    ),
    "AWS::CloudWatch::Alarm": ResourcePermissions(
        _ALARM,
        "AlarmName",
        create=("cloudwatch:PutMetricAlarm",),
        update=("cloudwatch:PutMetricAlarm",),
        delete=("cloudwatch:DeleteAlarms",),
        properties={"Tags": "cloudwatch:TagResource"},
    ),
    "AWS::CloudWatch::CompositeAlarm": ResourcePermissions(
        _ALARM,
        "AlarmName",
        create=("cloudwatch:PutCompositeAlarm",),
        update=("cloudwatch:PutCompositeAlarm",),
        delete=("cloudwatch:DeleteAlarms",),
    ),
    "AWS::CloudWatch::Dashboard": ResourcePermissions(
        "arn:aws:cloudwatch::{account}:dashboard/{id}",
        "DashboardName",
        create=("cloudwatch:PutDashboard",),
        update=("cloudwatch:PutDashboard",),
        delete=("cloudwatch:DeleteDashboards",),
    ),
    "AWS::StepFunctions::StateMachine": ResourcePermissions(
        "arn:aws:states:{region}:{account}:stateMachine:{id}",
        "StateMachineName",
        create=("states:CreateStateMachine",),
        update=("states:UpdateStateMachine",),
        delete=("states:DeleteStateMachine",),
        properties={"Tags": "states:TagResource"},
        passes={"RoleArn": "states.amazonaws.com"},
    ),
    "AWS::ECR::Repository": ResourcePermissions(
        "arn:aws:ecr:{region}:{account}:repository/{id}",
        "RepositoryName",
        create=("ecr:CreateRepository",),
        delete=("ecr:DeleteRepository",),
        properties={"LifecyclePolicy": "ecr:PutLifecyclePolicy", "Tags": "ecr:TagResource"},
    ),
    "AWS::SSM::Parameter": ResourcePermissions(
        "arn:aws:ssm:{region}:{account}:parameter/{id}",
        "Name",
        create=("ssm:PutParameter",),
        update=("ssm:PutParameter",),
        delete=("ssm:DeleteParameter",),
        properties={"Tags": "ssm:AddTagsToResource"},
    ),
}
CUSTOM_RESOURCE = ResourcePermissions(
    _FUNCTION,
    on="ServiceToken",
    create=("lambda:InvokeFunction",),
    update=("lambda:InvokeFunction",),
    delete=("lambda:InvokeFunction",),
)
