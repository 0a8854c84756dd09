"""The bucket of datasets, models, evaluations and the results of bulk scoring."""

from typing import Final, cast

from aws_cdk import CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.common.log_groups import log_group
from stacks.config.settings import Settings
from stacks.iam.policy_statements import write_to_log_group

# models/ is not among them: no rule expires a model, not even an old version.
_PREFIXES_WITH_EXPIRATION: Final = ("datasets/", "evaluations/", "transforms/")
_NONCURRENT_VERSION_EXPIRATION: Final = Duration.days(30)


class DataBucket(Construct):
    """A private, encrypted, versioned bucket. Without retain_data it is emptied and deleted with its stack.

    Attributes
    ----------
    bucket
        The bucket. A test asserts its logical id: CloudFormation would replace the bucket with a new one.
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
            self._enable_eventbridge()
        if not settings.retain_data:
            self._restrict_auto_delete_function(settings)

    def _enable_eventbridge(self) -> None:
        # The construct's property would add a function that may change the notifications of every bucket.
        resource = cast("s3.CfnBucket", self.bucket.node.default_child)
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )

    def _restrict_auto_delete_function(self, settings: Settings) -> None:
        # The function with which the CDK empties the bucket would log to a group that Lambda creates, and
        # creates again if the last lines arrive after the stack was deleted. So it gets a declared group, and
        # no permission to create another.
        provider = Stack.of(self).node.find_child("Custom::S3AutoDeleteObjectsCustomResourceProvider")
        group = log_group(self, "EmptyingLogs", settings=settings)
        function, role = (cast("CfnResource", provider.node.find_child(name)) for name in ("Handler", "Role"))
        function.add_property_override("LoggingConfig.LogGroup", group.log_group_name)
        role.add_property_deletion_override("ManagedPolicyArns")
        policy = iam.PolicyDocument(statements=[write_to_log_group(group)])
        role.add_property_override("Policies", [{"PolicyName": "logs", "PolicyDocument": policy}])


def _lifecycle_rules() -> list[s3.LifecycleRule]:
    """Expire incomplete uploads, and old versions of everything but models."""
    old_versions = [
        s3.LifecycleRule(
            id=f"old-versions-of-{prefix.rstrip('/')}",
            prefix=prefix,
            noncurrent_version_expiration=_NONCURRENT_VERSION_EXPIRATION,
        )
        for prefix in _PREFIXES_WITH_EXPIRATION
    ]
    incomplete_uploads = s3.LifecycleRule(
        id="broken-uploads", abort_incomplete_multipart_upload_after=Duration.days(7)
    )
    return [*old_versions, incomplete_uploads]
