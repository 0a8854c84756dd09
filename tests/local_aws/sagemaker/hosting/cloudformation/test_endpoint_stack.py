"""A parameter creates, replaces and removes the endpoint; after a failed update the old one serves."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

HOSTED = ("Model", "Config", "Endpoint")


def test_the_model_url_creates_replaces_and_removes_the_endpoint(aws: Any, stack: Any) -> None:
    sagemaker = aws.client("sagemaker")
    assert set(stack.ids()) == {"Kept"}
    first = stack.promote(aws.model_data("first"))
    outputs = {output["OutputKey"]: output["OutputValue"] for output in first["Outputs"]}
    assert outputs["EndpointName"] == stack.endpoint
    assert outputs["ModelRef"].startswith("arn:aws:sagemaker:us-east-1:123456789012:model/model-")
    assert outputs["EndpointRef"].endswith(f":endpoint/{stack.endpoint}")
    before = stack.ids()
    described = sagemaker.describe_endpoint(EndpointName=stack.endpoint)
    assert re.fullmatch("Config-[A-Za-z0-9]{12}", described["EndpointConfigName"])
    tags = sagemaker.list_tags(ResourceArn=before["Endpoint"])["Tags"]
    assert {"Key": "project", "Value": "spec"} in tags

    assert stack.promote(aws.model_data("second"))["StackStatus"] == "UPDATE_COMPLETE"
    after = stack.ids()
    assert aws.invoke(stack.endpoint).startswith("second|")
    assert [after[name] != before[name] for name in HOSTED] == [True, True, False]
    for describe, member, arn in (
        ("describe_model", "ModelName", before["Model"]),
        ("describe_endpoint_config", "EndpointConfigName", before["Config"]),
    ):
        with pytest.raises(ClientError, match="Could not find"):
            getattr(sagemaker, describe)(**{member: arn.rpartition("/")[2]})

    assert stack.promote("")["StackStatus"] == "UPDATE_COMPLETE"
    assert set(stack.ids()) == {"Kept"}
    for listed in ("endpoints", "endpoint_configs", "models"):
        response = getattr(sagemaker, f"list_{listed}")(NameContains=stack.endpoint)
        assert not next(value for key, value in response.items() if key != "ResponseMetadata")


def test_an_update_with_the_previous_value_does_not_replace_the_endpoint(aws: Any, stack: Any) -> None:
    stack.promote(aws.model_data("kept"))
    before = stack.ids()
    changed = json.loads(stack.template)
    changed["Resources"]["Kept"]["Properties"] = {"DisplayName": "changed"}
    stack.cloudformation.update_stack(
        StackName=stack.name,
        TemplateBody=json.dumps(changed),
        Parameters=[{"ParameterKey": "ModelDataUrl", "UsePreviousValue": True}],
    )
    assert stack.wait_until_settled()["StackStatus"] == "UPDATE_COMPLETE"
    assert {name: stack.ids()[name] for name in HOSTED} == {name: before[name] for name in HOSTED}
    assert aws.invoke(stack.endpoint).startswith("kept|")


def test_a_stack_with_an_imported_export_cannot_be_deleted(aws: Any) -> None:
    cloudformation, name = aws.client("cloudformation"), aws.name("Export")
    topic = {"Type": "AWS::SNS::Topic"}
    export = {"Value": {"Ref": "Topic"}, "Export": {"Name": name}}
    importing = {**topic, "Properties": {"DisplayName": {"Fn::ImportValue": name}}}
    for stack, body in (
        (name, {"Resources": {"Topic": topic}, "Outputs": {"Topic": export}}),
        (f"{name}-user", {"Resources": {"Topic": importing}}),
    ):
        cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(body))
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )
    with pytest.raises(ClientError, match=f"Export {name} is imported by stack {name}-user"):
        cloudformation.delete_stack(StackName=name)
    cloudformation.delete_stack(StackName=f"{name}-user")


def test_an_unchanged_model_url_is_no_update(aws: Any, stack: Any) -> None:
    url = aws.model_data("same")
    stack.promote(url)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stack.promote(url)


def test_a_failed_health_check_rolls_the_stack_back_and_the_old_server_answers(aws: Any, stack: Any) -> None:
    stack.promote(aws.model_data("good"))
    before = stack.ids()
    assert stack.promote(aws.model_data("unhealthy"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "did not pass the ping health check" in stack.reasons()
    assert stack.ids() == before
    assert aws.invoke(stack.endpoint).startswith("good|")
    endpoint = aws.client("sagemaker").describe_endpoint(EndpointName=stack.endpoint)
    assert endpoint["EndpointStatus"] == "InService"
    configs = aws.client("sagemaker").list_endpoint_configs(MaxResults=100)["EndpointConfigs"]
    arns = {config["EndpointConfigArn"] for config in configs}
    assert before["Config"] in arns
    assert stack.promote(aws.model_data("better"))["StackStatus"] == "UPDATE_COMPLETE"
    assert aws.invoke(stack.endpoint).startswith("better|")


def test_a_first_endpoint_that_fails_is_removed(aws: Any, stack: Any) -> None:
    assert stack.promote(aws.model_data("unhealthy"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert set(stack.ids()) == {"Kept"}
    assert not aws.client("sagemaker").list_endpoints(NameContains=stack.endpoint)["Endpoints"]


def test_a_model_that_cannot_be_read_rolls_the_stack_back(stack: Any) -> None:
    assert stack.promote("s3://spec-data/nothing.tar.gz")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Could not access model data at s3://spec-data/nothing.tar.gz" in stack.reasons()


def test_the_instance_type_of_a_scalable_target_cannot_change(aws: Any, stack: Any) -> None:
    url = aws.model_data("scaled")
    scaled = stack.scaled()
    assert stack.promote(url, scaled)["StackStatus"] == "UPDATE_COMPLETE", stack.reasons()
    autoscaling = aws.client("application-autoscaling")
    variant = f"endpoint/{stack.endpoint}/variant/AllTraffic"
    only = {"ServiceNamespace": "sagemaker", "ResourceIds": [variant]}
    (target,) = autoscaling.describe_scalable_targets(**only)["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 2)
    policies = {"ServiceNamespace": "sagemaker", "ResourceId": variant}
    (policy,) = autoscaling.describe_scaling_policies(**policies)["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 100
    larger = stack.scaled("ml.c5.xlarge")
    assert stack.promote(url, larger)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Deregister the target first" in stack.reasons()
    stack.destroy()
    assert not autoscaling.describe_scalable_targets(**only)["ScalableTargets"]
    assert not autoscaling.describe_scaling_policies(**policies)["ScalingPolicies"]
