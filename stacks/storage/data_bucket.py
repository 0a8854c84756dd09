"""The bucket of datasets, models, evaluations and the results of bulk scoring."""

from typing import cast

from aws_cdk import CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.common.log_groups import log_group
from stacks.config.settings import Settings

# Models are left out on purpose: no rule ever expires one, not even an old version of one.
_PREFIXES_WITH_OLD_VERSIONS = ("datasets/", "evaluations/", "transforms/")
_OLD_VERSIONS_KEPT = Duration.days(30)


class DataBucket(Construct):
    """A private, encrypted, versioned bucket; outside of prod it is emptied and deleted with its stack.

    Attributes
    ----------
    bucket
        The bucket itself. Its logical id is asserted by a test: another id would be another, empty bucket.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        key = settings.kms_key_arn and kms.Key.from_key_arn(self, "Key", settings.kms_key_arn)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key or None,
            bucket_key_enabled=True if key else None,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=_lifecycle_rules(),
            removal_policy=RemovalPolicy.RETAIN if settings.retain_data else RemovalPolicy.DESTROY,
            auto_delete_objects=not settings.retain_data,
        )
        if settings.train_on_upload:
            self._send_events()
        if not settings.retain_data:
            self._confine_the_emptying_function(settings)

    def _send_events(self) -> None:
        # CDK's own property would deploy a function that may change the notifications of every bucket.
        resource = cast("s3.CfnBucket", self.bucket.node.default_child)
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )

    def _confine_the_emptying_function(self, settings: Settings) -> None:
        # CDK's function that empties the bucket would log to a group that Lambda makes, and makes again when
        # the last lines arrive after the stack is gone. So: a group of ours, and no right to make another.
        provider = Stack.of(self).node.find_child("Custom::S3AutoDeleteObjectsCustomResourceProvider")
        group = log_group(self, "EmptyingLogs", settings=settings)
        function, role = (cast("CfnResource", provider.node.find_child(name)) for name in ("Handler", "Role"))
        function.add_property_override("LoggingConfig.LogGroup", group.log_group_name)
        role.add_property_deletion_override("ManagedPolicyArns")
        role.add_property_override("Policies", [{"PolicyName": "logs", "PolicyDocument": _may_log_to(group)}])


def _may_log_to(group: logs.LogGroup) -> iam.PolicyDocument:
    statement = iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[group.log_group_arn]
    )
    return iam.PolicyDocument(statements=[statement])


def _lifecycle_rules() -> list[s3.LifecycleRule]:
    """Return what is removed by and by: parts of broken uploads, old versions of all but models."""
    old_versions = [
        s3.LifecycleRule(
            id=f"old-versions-of-{prefix.rstrip('/')}",
            prefix=prefix,
            noncurrent_version_expiration=_OLD_VERSIONS_KEPT,
        )
        for prefix in _PREFIXES_WITH_OLD_VERSIONS
    ]
    broken_uploads = s3.LifecycleRule(
        id="broken-uploads", abort_incomplete_multipart_upload_after=Duration.days(7)
    )
    return [*old_versions, broken_uploads]
