"""Automatic scaling of the endpoint."""

from aws_cdk.assertions import Match, Template

from tests.stacks.templates import TemplateOf


def test_the_endpoint_scales_between_the_counts_of_the_settings(template: TemplateOf) -> None:
    serving = Template.from_json(template("Serving", environment="prod"))
    serving.has_resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {
            "Properties": {
                "ResourceId": "endpoint/lda-prod/variant/AllTraffic",
                "MinCapacity": 1,
                "MaxCapacity": 4,
                "RoleARN": Match.absent(),
                "Tags": Match.absent(),
            },
            "DependsOn": Match.any_value(),
        },
    )
