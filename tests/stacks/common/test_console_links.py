"""How links into the console are written."""

import pytest
from aws_cdk import Aws, Stack

from stacks.common.console_links import execution_link, log_group_link

ARN = "arn:aws:states:us-east-1:111122223333:execution:M:e"


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("us-east-1", "us-east-1.console.aws.amazon.com"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_the_link_to_an_execution_ends_in_its_arn(region: str, domain: str) -> None:
    prefix = f"https://{domain}/states/home?region={region}#/v2/executions/details/"
    assert execution_link(region, ARN) == prefix + ARN
    assert execution_link(region) == prefix


def test_slashes_in_the_name_of_a_log_group_are_encoded_as_the_console_does() -> None:
    assert log_group_link("eu-west-1", "/aws/sagemaker/TrainingJobs") == (
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
        "#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs"
    )


def test_a_name_that_is_a_token_is_encoded_by_cloudformation() -> None:
    link = Stack().resolve(log_group_link("eu-west-1", f"/aws/lambda/{Aws.STACK_NAME}"))
    assert {"Fn::Split": ["/", {"Fn::Join": ["", ["/aws/lambda/", {"Ref": "AWS::StackName"}]]}]} in [
        part["Fn::Join"][1] for part in link["Fn::Join"][1] if isinstance(part, dict)
    ]
