"""The stack that holds data: everything else can be destroyed and deployed again without a loss."""

from aws_cdk import CfnOutput
from constructs import Construct

from stacks.common.deployment_stack import DeploymentStack
from stacks.config.settings import Settings
from stacks.storage.data_bucket import DataBucket


class StorageStack(DeploymentStack):
    """The data bucket; in prod protected from deletion.

    Attributes
    ----------
    bucket
        Where datasets, models and evaluations lie.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(
            scope,
            "Storage",
            settings=settings,
            description="the data bucket",
            termination_protection=settings.retain_data,
        )
        self.bucket = DataBucket(self, "Data", settings=settings).bucket
        CfnOutput(
            self,
            "DataBucketName",
            value=self.bucket.bucket_name,
            description="The bucket of datasets, models and evaluations",
        )
