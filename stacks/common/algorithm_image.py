"""The container image that trains and serves, and its ECR repository."""

from dataclasses import dataclass

from aws_cdk import Aws

from stacks.config.lda_registry import LDA_ACCOUNTS
from stacks.config.settings import Settings


@dataclass(frozen=True)
class ContainerImage:
    """A container image in ECR.

    Attributes
    ----------
    uri
        The address that SageMaker pulls from.
    repository_arn
        The ECR repository that roles are allowed to pull from.
    """

    uri: str
    repository_arn: str


def algorithm_image(settings: Settings) -> ContainerImage:
    """Return the image of the setting `algorithm` in the region of the deployment."""
    if settings.algorithm == "open":
        return _image(
            Aws.ACCOUNT_ID, settings.region, settings.open_image_repository, settings.open_image_tag
        )
    return _image(LDA_ACCOUNTS[settings.region], settings.region, "lda", "1")


def _image(account: str, region: str, repository: str, tag: str) -> ContainerImage:
    return ContainerImage(
        uri=f"{account}.dkr.ecr.{region}.{Aws.URL_SUFFIX}/{repository}:{tag}",
        repository_arn=f"arn:{Aws.PARTITION}:ecr:{region}:{account}:repository/{repository}",
    )
