"""The model, the endpoint configuration and the endpoint."""

from tests.stacks.templates import TemplateOf, only

ENDPOINT = "AWS::SageMaker::Endpoint"
HOSTING_TYPES = {"AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig", ENDPOINT}
SCALING_TYPES = {"AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"}


def test_model_config_endpoint_and_scaling_depend_on_the_condition(
    template: TemplateOf, environment: str
) -> None:
    resources = template("Serving", environment=environment)["Resources"].values()
    conditional = {resource["Type"] for resource in resources if "Condition" in resource}
    assert conditional == HOSTING_TYPES | (SCALING_TYPES if environment == "prod" else set())
    assert {resource.get("Condition") for resource in resources} == {None, "ModelServable"}


def test_only_endpoint_and_variant_have_physical_names(template: TemplateOf, environment: str) -> None:
    # Model and configuration are replaced by each promotion; clients know endpoint and variant.
    serving = template("Serving", environment=environment)
    assert "ModelName" not in only(serving, "AWS::SageMaker::Model")
    config = only(serving, "AWS::SageMaker::EndpointConfig")
    assert "EndpointConfigName" not in config
    assert [variant["VariantName"] for variant in config["ProductionVariants"]] == ["AllTraffic"]
    assert only(serving, ENDPOINT)["EndpointName"] == f"lda-{environment}"


def test_the_model_has_the_data_of_the_parameter_and_the_image_of_the_settings(template: TemplateOf) -> None:
    container = only(template("Serving", environment="dev"), "AWS::SageMaker::Model")["PrimaryContainer"]
    assert container["ModelDataUrl"] == {"Ref": "ModelDataUrl"}
    parts = container["Image"]["Fn::Join"][1]
    assert (parts[0], parts[-1]) == ("766337827248.dkr.ecr.us-east-1.", "/lda:1")


def test_the_endpoint_has_the_instances_of_the_settings(
    template: TemplateOf, overridden: dict[str, object]
) -> None:
    config = only(template("Serving", **overridden), "AWS::SageMaker::EndpointConfig")
    (variant,) = config["ProductionVariants"]
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.m5.large", 2)


def test_variant_properties_are_retained_only_where_the_endpoint_scales(template: TemplateOf) -> None:
    dev, prod = (only(template("Serving", environment=name), ENDPOINT) for name in ("dev", "prod"))
    assert "RetainAllVariantProperties" not in dev
    assert prod["RetainAllVariantProperties"] is True


def test_an_update_rolls_back_on_server_errors_and_latency_but_not_on_client_errors(
    template: TemplateOf, environment: str
) -> None:
    serving = template("Serving", environment=environment)
    deployment = only(serving, ENDPOINT)["DeploymentConfig"]
    names = [alarm["AlarmName"]["Ref"] for alarm in deployment["AutoRollbackConfiguration"]["Alarms"]]
    metrics = {serving["Resources"][name]["Properties"]["MetricName"] for name in names}
    assert metrics == {"Invocation5XXErrors", "ModelLatency"}


def test_the_baking_period_of_an_update_is_long_enough_for_its_slowest_alarm(
    template: TemplateOf, environment: str
) -> None:
    serving = template("Serving", environment=environment)
    config = only(serving, ENDPOINT)["DeploymentConfig"]
    names = [alarm["AlarmName"]["Ref"] for alarm in config["AutoRollbackConfiguration"]["Alarms"]]
    alarms = [serving["Resources"][name]["Properties"] for name in names]
    metrics_delay = 120  # seconds until the metrics of a minute are published
    slowest = max(alarm["DatapointsToAlarm"] * alarm["Period"] for alarm in alarms)
    baking = config["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]["WaitIntervalInSeconds"]
    assert baking >= slowest + metrics_delay
