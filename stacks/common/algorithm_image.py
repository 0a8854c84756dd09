"""Which image trains and serves, and in which ECR repository it lies."""

from dataclasses import dataclass

from aws_cdk import Aws

from stacks.config.lda_registry import LDA_ACCOUNTS
from stacks.config.settings import Settings


@dataclass(frozen=True)
class Image:
    """A container image in ECR.

    Attributes
    ----------
    uri
        What SageMaker is told to pull.
    repository_arn
        What a role needs the right to pull from.
    """

    uri: str
    repository_arn: str


def image(settings: Settings) -> Image:
    """Return the image of the algorithm that the settings choose, in their region."""
    if settings.algorithm == "open":
        return _image(
            Aws.ACCOUNT_ID, settings.region, settings.open_image_repository, settings.open_image_tag
        )
    return _image(LDA_ACCOUNTS[settings.region], settings.region, "lda", "1")


def _image(account: str, region: str, repository: str, tag: str) -> Image:
    return Image(
        uri=f"{account}.dkr.ecr.{region}.{Aws.URL_SUFFIX}/{repository}:{tag}",
        repository_arn=f"arn:{Aws.PARTITION}:ecr:{region}:{account}:repository/{repository}",
    )
