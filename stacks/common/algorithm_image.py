"""Which image trains and serves, and in which ECR repository it lies."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import Aws

if TYPE_CHECKING:
    from stacks.config.settings import Settings

# AWS documentation, "Docker registry paths and example code", one page a region, row LDA: the account that
# owns the repository is the algorithm's own, not the one of the other built-in algorithms.
LDA_ACCOUNTS: Final = {
    "ap-northeast-1": "258307448986",
    "ap-northeast-2": "293181348795",
    "ap-south-1": "991648021394",
    "ap-southeast-1": "475088953585",
    "ap-southeast-2": "297031611018",
    "ca-central-1": "469771592824",
    "eu-central-1": "353608530281",
    "eu-west-1": "999678624901",
    "eu-west-2": "644912444149",
    "us-east-1": "766337827248",
    "us-east-2": "999911452149",
    "us-gov-west-1": "226302683700",
    "us-iso-east-1": "490574956308",
    "us-isob-east-1": "765400339828",
    "us-west-1": "632365934929",
    "us-west-2": "266724342769",
}


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


def image(settings: "Settings") -> Image:
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
