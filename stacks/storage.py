"""The stack that holds data: everything else can be destroyed and deployed again without a loss."""

from aws_cdk import CfnOutput, Environment, Stack
from constructs import Construct

from stacks.data_bucket import DataBucket
from stacks.settings import Settings


class StorageStack(Stack):
    """The data bucket; in prod protected from deletion.

    Attributes
    ----------
    bucket
        Where datasets, models and evaluations lie.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(
            scope,
            settings.stack_name("Storage"),
            env=Environment(region=settings.region),
            description=f"SageMaker LDA as code, {settings.prefix}: the data bucket",
            termination_protection=settings.retain_data,
        )
        self.bucket = DataBucket(self, "Data", settings=settings).bucket
        CfnOutput(
            self,
            "DataBucketName",
            value=self.bucket.bucket_name,
            description="The bucket of datasets, models and evaluations",
        )
