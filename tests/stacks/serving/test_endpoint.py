"""The stack that serves."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

TemplateOf = Callable[..., dict[str, Any]]
HOSTING_TYPES = {"AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Endpoint"}
BUILT_IN_URL = "s3://bucket/models/lda-dev-run-0/output/model.tar.gz"
OPEN_URL = "s3://bucket/models/open/lda-dev-run-0/output/model.tar.gz"


def value_of(expression: Any, url: str) -> Any:
    """Evaluate an expression of a CloudFormation condition."""
    if isinstance(expression, list):
        return [value_of(part, url) for part in expression]
    if not isinstance(expression, dict):
        return expression
    ((function, arguments),) = expression.items()
    if function == "Ref":
        return {"ModelDataUrl": url}[arguments]
    values = [value_of(argument, url) for argument in arguments]
    assert function != "Fn::Split" or values[1], "what CloudFormation makes of no text isn't documented"
    functions: dict[str, Callable[..., Any]] = {
        "Fn::And": lambda *conditions: all(conditions),
        "Fn::Not": lambda condition: not condition,
        "Fn::Equals": lambda one, other: one == other,
        "Fn::Join": lambda separator, parts: separator.join(parts),
        "Fn::Split": lambda separator, text: text.split(separator),
        "Fn::Select": lambda index, parts: parts[index],
    }
    return functions[function](*values)


def of_type(template: dict[str, Any], type_: str) -> dict[str, Any]:
    (resource,) = (one for one in template["Resources"].values() if one["Type"] == type_)
    assert isinstance(resource, dict)
    return resource


@pytest.mark.parametrize(
    ("algorithm", "url", "servable", "of_other"),
    [
        ("built-in", "", False, False),
        ("built-in", BUILT_IN_URL, True, False),
        ("built-in", OPEN_URL, False, True),
        ("open", "", False, False),
        ("open", BUILT_IN_URL, False, True),
        ("open", OPEN_URL, True, False),
    ],
)
def test_a_model_is_served_by_the_algorithm_that_trained_it_or_not_at_all(
    template: TemplateOf,
    overridden: dict[str, object],
    algorithm: str,
    url: str,
    *,
    servable: bool,
    of_other: bool,
) -> None:
    settings = overridden if algorithm == "open" else {"environment": "dev"}
    conditions = template("Serving", **settings)["Conditions"]
    assert value_of(conditions["ModelServable"], url) is servable
    assert value_of(conditions["ModelOfOtherAlgorithm"], url) is of_other


def test_model_config_endpoint_and_scaling_hang_on_the_condition(
    template: TemplateOf, environment: str
) -> None:
    serving = template("Serving", environment=environment)
    conditional = {one["Type"] for one in serving["Resources"].values() if "Condition" in one}
    scaling = {"AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"}
    assert conditional == HOSTING_TYPES | (scaling if environment == "prod" else set())
    assert {one.get("Condition") for one in serving["Resources"].values()} == {None, "ModelServable"}


def test_one_parameter_of_its_own_with_an_empty_default(template: TemplateOf, environment: str) -> None:
    parameters = template("Serving", environment=environment)["Parameters"]
    assert set(parameters) == {"ModelDataUrl", "BootstrapVersion"}
    assert parameters["ModelDataUrl"]["Default"] == ""


def test_there_is_no_iam_in_it(template: TemplateOf, environment: str) -> None:
    types = {one["Type"] for one in template("Serving", environment=environment)["Resources"].values()}
    assert not any(type_.startswith("AWS::IAM::") for type_ in types)


def test_what_is_replaced_has_no_physical_name_and_what_clients_know_keeps_its_own(
    template: TemplateOf, environment: str
) -> None:
    serving = template("Serving", environment=environment)
    assert "ModelName" not in of_type(serving, "AWS::SageMaker::Model")["Properties"]
    config = of_type(serving, "AWS::SageMaker::EndpointConfig")["Properties"]
    assert "EndpointConfigName" not in config
    assert [variant["VariantName"] for variant in config["ProductionVariants"]] == ["AllTraffic"]
    endpoint = of_type(serving, "AWS::SageMaker::Endpoint")["Properties"]
    assert endpoint["EndpointName"] == f"lda-{environment}"


def test_the_model_is_the_parameters_and_the_image_the_settings(template: TemplateOf) -> None:
    container = of_type(template("Serving", environment="dev"), "AWS::SageMaker::Model")["Properties"][
        "PrimaryContainer"
    ]
    assert container["ModelDataUrl"] == {"Ref": "ModelDataUrl"}
    parts = container["Image"]["Fn::Join"][1]
    assert (parts[0], parts[-1]) == ("766337827248.dkr.ecr.us-east-1.", "/lda:1")


def test_the_endpoint_runs_on_the_settings_instances(
    template: TemplateOf, overridden: dict[str, object]
) -> None:
    serving = template("Serving", **overridden)
    (variant,) = of_type(serving, "AWS::SageMaker::EndpointConfig")["Properties"]["ProductionVariants"]
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.m5.large", 2)


def test_variant_properties_are_retained_only_where_scaling_owns_them(template: TemplateOf) -> None:
    dev, prod = (
        of_type(template("Serving", environment=name), "AWS::SageMaker::Endpoint")["Properties"]
        for name in ("dev", "prod")
    )
    assert "RetainAllVariantProperties" not in dev
    assert prod["RetainAllVariantProperties"] is True


def test_the_endpoint_scales_between_the_settings_counts(template: TemplateOf) -> None:
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


def test_a_deployment_rolls_back_on_server_errors_and_latency_but_not_on_client_errors(
    template: TemplateOf, environment: str
) -> None:
    serving = template("Serving", environment=environment)
    deployment = of_type(serving, "AWS::SageMaker::Endpoint")["Properties"]["DeploymentConfig"]
    names = [alarm["AlarmName"]["Ref"] for alarm in deployment["AutoRollbackConfiguration"]["Alarms"]]
    metrics = {serving["Resources"][name]["Properties"]["MetricName"] for name in names}
    assert metrics == {"Invocation5XXErrors", "ModelLatency"}


def test_a_deployment_is_watched_for_as_long_as_its_slowest_alarm_needs_to_ring(
    template: TemplateOf, environment: str
) -> None:
    serving = template("Serving", environment=environment)
    config = of_type(serving, "AWS::SageMaker::Endpoint")["Properties"]["DeploymentConfig"]
    names = [alarm["AlarmName"]["Ref"] for alarm in config["AutoRollbackConfiguration"]["Alarms"]]
    alarms = [serving["Resources"][name]["Properties"] for name in names]
    late = 120  # seconds until a minute's metrics are there
    slowest = max(alarm["DatapointsToAlarm"] * alarm["Period"] for alarm in alarms)
    watched = config["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]["WaitIntervalInSeconds"]
    assert watched >= slowest + late


def test_alarms_lead_to_the_topic_and_missing_data_is_no_alarm(
    template: TemplateOf, environment: str
) -> None:
    serving = Template.from_json(template("Serving", environment=environment))
    serving.resource_count_is("AWS::CloudWatch::Alarm", 3)
    topic = {"Fn::ImportValue": Match.string_like_regexp("Training:.*NotificationsTopic")}
    serving.all_resources_properties(
        "AWS::CloudWatch::Alarm", {"TreatMissingData": "notBreaching", "AlarmActions": [topic]}
    )


def test_the_endpoints_log_group_stands_before_the_endpoint(template: TemplateOf, environment: str) -> None:
    serving = template("Serving", environment=environment)
    (identifier,) = (
        name for name, one in serving["Resources"].items() if one["Type"] == "AWS::Logs::LogGroup"
    )
    group = serving["Resources"][identifier]
    assert group["Properties"]["LogGroupName"] == f"/aws/sagemaker/Endpoints/lda-{environment}"
    assert group["Properties"]["RetentionInDays"] == {"dev": 30, "prod": 365}[environment]
    assert group["DeletionPolicy"] == "Delete"
    assert identifier in of_type(serving, "AWS::SageMaker::Endpoint")["DependsOn"]


def test_the_outputs_say_what_to_invoke_or_why_there_is_nothing(template: TemplateOf) -> None:
    outputs = template("Serving", environment="dev")["Outputs"]
    assert (outputs["EndpointName"]["Value"], outputs["EndpointName"]["Condition"]) == (
        "lda-dev",
        "ModelServable",
    )
    assert outputs["ModelOfOtherAlgorithm"]["Condition"] == "ModelOfOtherAlgorithm"
    assert "the setting algorithm is built-in" in outputs["ModelOfOtherAlgorithm"]["Value"]
