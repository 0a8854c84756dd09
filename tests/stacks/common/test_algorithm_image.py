"""The image of the algorithm, by region."""

import pytest

from stacks.common.algorithm_image import algorithm_image
from stacks.config.lda_registry import LDA_ACCOUNTS
from stacks.config.settings import Settings


@pytest.mark.parametrize(
    ("region", "beginning"),
    [
        ("us-east-1", "766337827248.dkr.ecr.us-east-1."),
        ("eu-west-1", "999678624901.dkr.ecr.eu-west-1."),
        ("us-iso-east-1", "490574956308.dkr.ecr.us-iso-east-1."),
    ],
)
def test_the_built_in_image_is_in_the_account_of_the_algorithm_and_region(
    region: str, beginning: str
) -> None:
    uri = algorithm_image(Settings(region=region)).uri
    assert uri.startswith(beginning)
    assert uri.endswith("/lda:1")


def test_every_account_is_twelve_digits_and_belongs_to_one_region() -> None:
    assert all(account.isdecimal() and len(account) == 12 for account in LDA_ACCOUNTS.values())
    assert len(set(LDA_ACCOUNTS.values())) == len(LDA_ACCOUNTS)


def test_the_open_image_is_in_the_account_of_the_deployment() -> None:
    settings = Settings(algorithm="open", open_image_repository="team/lda", open_image_tag="7")
    image = algorithm_image(settings)
    assert image.uri.endswith("/team/lda:7")
    assert image.repository_arn.endswith(":repository/team/lda")
    assert not any(account in image.uri for account in LDA_ACCOUNTS.values())
