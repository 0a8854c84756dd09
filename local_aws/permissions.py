"""What a stack operation needs of IAM, by resource type: ministack provisions without asking.

The actions are those that the CloudFormation registry's schemas list for a type's handlers, without those
that only read. A type that doesn't stand here is provisioned whatever the rights are, unless a provisioner of
ours calls AWS for it (`identity.stack_client`): then the service itself asks.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from local_aws import iam, identity, names

Properties = dict[str, Any]


class Need(NamedTuple):
    """One action on one resource; for iam:PassRole, the service that the role is passed to."""

    action: str
    resource: str
    passed_to: str = ""


class Rights(NamedTuple):
    """What a resource type needs.

    ``arn`` has {region}, {account} and {id}, which is the physical id, or the name that the resource will
    get: the property ``name``, or a generated one. ``on`` is the property that names other resources, which
    are acted on instead. ``properties`` are the further actions that a property takes when set or changed.
    """

    arn: str
    name: str = ""
    on: str = ""
    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    properties: dict[str, str] = {}  # noqa: RUF012 -- read only
    passes: dict[str, str] = {}  # noqa: RUF012 -- property of a role -> the service that gets it


_ROLE = "arn:aws:iam::{account}:role/{id}"
_BUCKET = "arn:aws:s3:::{id}"
_TOPIC = "arn:aws:sns:{region}:{account}:{id}"
_FUNCTION = "arn:aws:lambda:{region}:{account}:function:{id}"
_ALARM = "arn:aws:cloudwatch:{region}:{account}:alarm:{id}"

TYPES: dict[str, Rights] = {
    "AWS::S3::Bucket": Rights(
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
    "AWS::S3::BucketPolicy": Rights(
        _BUCKET,
        on="Bucket",
        create=("s3:PutBucketPolicy",),
        update=("s3:PutBucketPolicy",),
        delete=("s3:DeleteBucketPolicy",),
    ),
    "AWS::IAM::Role": Rights(
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
    "AWS::IAM::Policy": Rights(
        _ROLE,
        on="Roles",
        create=("iam:PutRolePolicy",),
        update=("iam:PutRolePolicy",),
        delete=("iam:DeleteRolePolicy",),
    ),
    "AWS::IAM::ManagedPolicy": Rights(
        "arn:aws:iam::{account}:policy/{id}",
        "ManagedPolicyName",
        create=("iam:CreatePolicy",),
        update=("iam:CreatePolicyVersion",),
        delete=("iam:DeletePolicy",),
    ),
    "AWS::Lambda::Function": Rights(
        _FUNCTION,
        "FunctionName",
        create=("lambda:CreateFunction",),
        update=("lambda:UpdateFunctionConfiguration",),
        delete=("lambda:DeleteFunction",),
        properties={"Tags": "lambda:TagResource"},
        passes={"Role": "lambda.amazonaws.com"},
    ),
    "AWS::Lambda::Permission": Rights(
        _FUNCTION, on="FunctionName", create=("lambda:AddPermission",), delete=("lambda:RemovePermission",)
    ),
    "AWS::Logs::LogGroup": Rights(
        "arn:aws:logs:{region}:{account}:log-group:{id}",
        "LogGroupName",
        create=("logs:CreateLogGroup",),
        delete=("logs:DeleteLogGroup",),
        properties={"RetentionInDays": "logs:PutRetentionPolicy", "Tags": "logs:TagResource"},
    ),
    "AWS::SNS::Topic": Rights(
        _TOPIC,
        "TopicName",
        create=("sns:CreateTopic",),
        update=("sns:SetTopicAttributes",),
        delete=("sns:DeleteTopic",),
        properties={"Tags": "sns:TagResource"},
    ),
    "AWS::SNS::TopicPolicy": Rights(
        _TOPIC,
        on="Topics",
        create=("sns:SetTopicAttributes",),
        update=("sns:SetTopicAttributes",),
        delete=("sns:SetTopicAttributes",),
    ),
    "AWS::SNS::Subscription": Rights(
        _TOPIC, on="TopicArn", create=("sns:Subscribe",), delete=("sns:Unsubscribe",)
    ),
    "AWS::Events::Rule": Rights(
        "arn:aws:events:{region}:{account}:rule/{id}",
        "Name",
        create=("events:PutRule",),
        update=("events:PutRule",),
        delete=("events:DeleteRule",),
        properties={"Targets": "events:PutTargets"},
        passes={"RoleArn": "events.amazonaws.com"},
    ),
    "AWS::CloudWatch::Alarm": Rights(
        _ALARM,
        "AlarmName",
        create=("cloudwatch:PutMetricAlarm",),
        update=("cloudwatch:PutMetricAlarm",),
        delete=("cloudwatch:DeleteAlarms",),
        properties={"Tags": "cloudwatch:TagResource"},
    ),
    "AWS::CloudWatch::CompositeAlarm": Rights(
        _ALARM,
        "AlarmName",
        create=("cloudwatch:PutCompositeAlarm",),
        update=("cloudwatch:PutCompositeAlarm",),
        delete=("cloudwatch:DeleteAlarms",),
    ),
    "AWS::CloudWatch::Dashboard": Rights(
        "arn:aws:cloudwatch::{account}:dashboard/{id}",
        "DashboardName",
        create=("cloudwatch:PutDashboard",),
        update=("cloudwatch:PutDashboard",),
        delete=("cloudwatch:DeleteDashboards",),
    ),
    "AWS::StepFunctions::StateMachine": Rights(
        "arn:aws:states:{region}:{account}:stateMachine:{id}",
        "StateMachineName",
        create=("states:CreateStateMachine",),
        update=("states:UpdateStateMachine",),
        delete=("states:DeleteStateMachine",),
        properties={"Tags": "states:TagResource"},
        passes={"RoleArn": "states.amazonaws.com"},
    ),
    "AWS::ECR::Repository": Rights(
        "arn:aws:ecr:{region}:{account}:repository/{id}",
        "RepositoryName",
        create=("ecr:CreateRepository",),
        delete=("ecr:DeleteRepository",),
        properties={"LifecyclePolicy": "ecr:PutLifecyclePolicy", "Tags": "ecr:TagResource"},
    ),
    "AWS::SSM::Parameter": Rights(
        "arn:aws:ssm:{region}:{account}:parameter/{id}",
        "Name",
        create=("ssm:PutParameter",),
        update=("ssm:PutParameter",),
        delete=("ssm:DeleteParameter",),
        properties={"Tags": "ssm:AddTagsToResource"},
    ),
}
_CUSTOM = Rights(
    _FUNCTION,
    on="ServiceToken",
    create=("lambda:InvokeFunction",),
    update=("lambda:InvokeFunction",),
    delete=("lambda:InvokeFunction",),
)


def require(
    operation: str, resource_type: str, identifier: str, properties: Properties, old: Properties | None = None
) -> None:
    """Raise PermissionError with AWS's sentence unless the stack's principal may do it.

    Parameters
    ----------
    operation
        "create", "update" or "delete".
    resource_type, identifier
        The type, and the physical id; before a creation, the name that it will get.
    properties, old
        Its properties, and before an update those that it has.
    """
    principal = identity.OPERATOR.get()
    for need in needs(operation, resource_type, identifier, properties, old or {}):
        if need.passed_to and (refusal := iam.pass_refusal(principal, need.resource, need.passed_to)):
            raise PermissionError(refusal.message)
        if not need.passed_to and (sentence := iam.denial(principal, need.action, need.resource)):
            raise PermissionError(sentence)


def needs(
    operation: str, resource_type: str, identifier: str, properties: Properties, old: Properties
) -> Iterator[Need]:
    """Yield what an operation needs, in the order in which AWS would ask."""
    custom = resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"
    rights = _CUSTOM if custom else TYPES.get(resource_type)
    if rights is None:
        return
    own: tuple[str, ...] = getattr(rights, operation)
    changed = [] if operation == "delete" else _changed(properties, old)
    extra = [rights.properties[name] for name in changed if name in rights.properties]
    for resource in _arns(rights, identifier, properties):
        yield from (Need(action, resource) for action in (*own, *extra))
    for name, service in rights.passes.items():
        if name in changed:
            yield Need("iam:PassRole", properties[name], service)


def _changed(properties: Properties, old: Properties) -> list[str]:
    """Return the properties that differ; tags that CloudFormation itself adds take no right."""
    return [
        name
        for name, value in properties.items()
        if (_own(value) != _own(old.get(name, [])) if name == "Tags" else value != old.get(name))
    ]


def _own(tags: Any) -> Any:
    if not isinstance(tags, list):
        return tags
    return [tag for tag in tags if not str(tag.get("Key", "")).startswith("aws:")]


def _arns(rights: Rights, identifier: str, properties: Properties) -> list[str]:
    named = properties.get(rights.on, []) if rights.on else identifier
    return [
        name
        if name.startswith("arn:")
        else rights.arn.format(region=identity.region(), account=identity.account(), id=name).replace(
            "parameter//", "parameter/"
        )
        for name in ([named] if isinstance(named, str) else named)
    ]


def future_name(resource_type: str, logical_id: str, properties: Properties, stack_name: str) -> str:
    """Return the name that a resource will get."""
    rights = TYPES.get(resource_type)
    name = properties.get(rights.name) if rights and rights.name else None
    return str(name or names.get("physical name")(stack_name, logical_id, lowercase="S3" in resource_type))
