"""The Storage stack: the data bucket. The other stacks contain no data and can be deployed again."""

from aws_cdk import CfnOutput
from constructs import Construct

from stacks.common.deployment_stack import DeploymentStack
from stacks.config.settings import Settings
from stacks.storage.data_bucket import DataBucket


class StorageStack(DeploymentStack):
    """The data bucket, with termination protection if the setting retain_data is true.

    Attributes
    ----------
    bucket
        The bucket of datasets, models, evaluations and the results of bulk scoring.
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
