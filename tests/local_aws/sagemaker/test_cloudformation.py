"""A parameter alone makes, replaces and removes the endpoint, and a failure leaves the old one."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/spec:1"
HOSTED = ("Model", "Config", "Endpoint")


def template(role: str, endpoint: str, instance_type: str = "ml.c4.xlarge", scaled: bool = False) -> str:  # noqa: FBT001, FBT002 -- a test's switch
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InitialInstanceCount": 1,
        "InstanceType": instance_type,
        "InitialVariantWeight": "1",
    }
    container = {"Image": IMAGE, "ModelDataUrl": {"Ref": "ModelDataUrl"}}
    resources: dict[str, dict[str, Any]] = {
        "Kept": {"Type": "AWS::SNS::Topic"},
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {"ExecutionRoleArn": role, "PrimaryContainer": container},
        },
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {"ProductionVariants": [variant]},
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointName": endpoint,
                "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
                "RetainAllVariantProperties": True,
            },
        },
    }
    outputs = {
        "EndpointName": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}, "Condition": "Hosted"},
        "ModelRef": {"Value": {"Ref": "Model"}, "Condition": "Hosted"},
        "EndpointRef": {"Value": {"Ref": "Endpoint"}, "Condition": "Hosted"},
    }
    if scaled:
        resources |= scaling(endpoint)
    for name, resource in resources.items():
        if name != "Kept":
            resource["Condition"] = "Hosted"
    return json.dumps(
        {
            "Parameters": {"ModelDataUrl": {"Type": "String", "Default": ""}},
            "Conditions": {"Hosted": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ModelDataUrl"}, ""]}]}},
            "Resources": resources,
            "Outputs": outputs,
        }
    )


def scaling(endpoint: str) -> dict[str, Any]:
    return {
        "Target": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "DependsOn": ["Endpoint"],
            "Properties": {
                "ServiceNamespace": "sagemaker",
                "ResourceId": f"endpoint/{endpoint}/variant/AllTraffic",
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "MinCapacity": 1,
                "MaxCapacity": 2,
            },
        },
        "Policy": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "by-invocations",
                "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 100,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
                    },
                },
            },
        },
    }


class Stack:
    def __init__(self, aws: Any, role: str) -> None:
        self.aws = aws
        self.cloudformation = aws.client("cloudformation")
        self.name = aws.name("Stack")
        self.endpoint = self.name.lower()
        self.template = template(role, self.endpoint)
        self.cloudformation.create_stack(
            StackName=self.name,
            TemplateBody=self.template,
            Tags=[{"Key": "project", "Value": "spec"}],
        )
        assert self.settled()["StackStatus"] == "CREATE_COMPLETE"

    def settled(self) -> dict[str, Any]:
        def described() -> Any:
            (stack,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        stack: dict[str, Any] = self.aws.wait(described)
        return stack

    def promote(self, url: str, body: str | None = None, **settings: Any) -> dict[str, Any]:
        given = {"TemplateBody": body} if body else {"UsePreviousTemplate": True}
        self.cloudformation.update_stack(
            StackName=self.name,
            Parameters=[{"ParameterKey": "ModelDataUrl", "ParameterValue": url}],
            **given,
            **settings,
        )
        return self.settled()

    def ids(self) -> dict[str, str]:
        resources = self.cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}

    def reasons(self) -> str:
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return " ".join(event.get("ResourceStatusReason", "") for event in events)

    def destroy(self) -> None:
        self.cloudformation.delete_stack(StackName=self.name)
        self.aws.wait(self.is_gone)

    def is_gone(self) -> bool:
        try:
            (stack,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError:
            return True
        assert stack["StackStatus"] != "DELETE_FAILED", self.reasons()
        return bool(stack["StackStatus"] == "DELETE_COMPLETE")


@pytest.fixture
def stack(aws: Any, role: str) -> Iterator[Stack]:
    made = Stack(aws, role)
    yield made
    if not made.is_gone():
        made.destroy()


def test_a_url_makes_the_endpoint_another_replaces_the_model_and_none_removes_all(
    aws: Any, stack: Stack
) -> None:
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
    assert aws.ask(stack.endpoint).startswith("second|")
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
        answer = getattr(sagemaker, f"list_{listed}")(NameContains=stack.endpoint)
        assert not next(value for key, value in answer.items() if key != "ResponseMetadata")


def test_an_update_that_keeps_the_previous_value_keeps_the_endpoint(
    aws: Any, stack: Stack, role: str
) -> None:
    stack.promote(aws.model_data("kept"))
    before = stack.ids()
    changed = json.loads(template(role, stack.endpoint))
    changed["Resources"]["Kept"]["Properties"] = {"DisplayName": "changed"}
    stack.cloudformation.update_stack(
        StackName=stack.name,
        TemplateBody=json.dumps(changed),
        Parameters=[{"ParameterKey": "ModelDataUrl", "UsePreviousValue": True}],
    )
    assert stack.settled()["StackStatus"] == "UPDATE_COMPLETE"
    assert {name: stack.ids()[name] for name in HOSTED} == {name: before[name] for name in HOSTED}
    assert aws.ask(stack.endpoint).startswith("kept|")


def test_an_export_in_use_refuses_deletion(aws: Any) -> None:
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


def test_an_unchanged_url_is_no_update(aws: Any, stack: Stack) -> None:
    url = aws.model_data("same")
    stack.promote(url)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stack.promote(url)


def test_a_server_that_fails_its_ping_rolls_the_stack_back_and_the_old_one_answers(
    aws: Any, stack: Stack
) -> None:
    stack.promote(aws.model_data("good"))
    before = stack.ids()
    assert stack.promote(aws.model_data("unhealthy"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "did not pass the ping health check" in stack.reasons()
    assert stack.ids() == before
    assert aws.ask(stack.endpoint).startswith("good|")
    endpoint = aws.client("sagemaker").describe_endpoint(EndpointName=stack.endpoint)
    assert endpoint["EndpointStatus"] == "InService"
    configs = aws.client("sagemaker").list_endpoint_configs(MaxResults=100)["EndpointConfigs"]
    arns = {config["EndpointConfigArn"] for config in configs}
    assert before["Config"] in arns
    assert stack.promote(aws.model_data("better"))["StackStatus"] == "UPDATE_COMPLETE"
    assert aws.ask(stack.endpoint).startswith("better|")


def test_a_first_endpoint_that_fails_leaves_nothing(aws: Any, stack: Stack) -> None:
    assert stack.promote(aws.model_data("unhealthy"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert set(stack.ids()) == {"Kept"}
    assert not aws.client("sagemaker").list_endpoints(NameContains=stack.endpoint)["Endpoints"]


def test_a_model_that_cannot_be_read_rolls_the_stack_back(stack: Stack) -> None:
    assert stack.promote("s3://spec-data/nothing.tar.gz")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Could not access model data at s3://spec-data/nothing.tar.gz" in stack.reasons()


def test_an_instance_type_cannot_change_under_a_scalable_target(aws: Any, stack: Stack, role: str) -> None:
    url = aws.model_data("scaled")
    scaled = template(role, stack.endpoint, scaled=True)
    assert stack.promote(url, scaled)["StackStatus"] == "UPDATE_COMPLETE", stack.reasons()
    autoscaling = aws.client("application-autoscaling")
    variant = f"endpoint/{stack.endpoint}/variant/AllTraffic"
    only = {"ServiceNamespace": "sagemaker", "ResourceIds": [variant]}
    (target,) = autoscaling.describe_scalable_targets(**only)["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 2)
    policies = {"ServiceNamespace": "sagemaker", "ResourceId": variant}
    (policy,) = autoscaling.describe_scaling_policies(**policies)["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 100
    larger = template(role, stack.endpoint, "ml.c5.xlarge", scaled=True)
    assert stack.promote(url, larger)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Deregister the target first" in stack.reasons()
    stack.destroy()
    assert not autoscaling.describe_scalable_targets(**only)["ScalableTargets"]
    assert not autoscaling.describe_scaling_policies(**policies)["ScalingPolicies"]


HOSTING = (
    "CreateModel",
    "DeleteModel",
    "CreateEndpointConfig",
    "DeleteEndpointConfig",
    "CreateEndpoint",
    "DescribeEndpoint",
    "DeleteEndpoint",
    "AddTags",
)


@pytest.fixture
def deploying(aws: Any, role: str) -> Callable[[tuple[str, ...]], str]:
    """A role for stacks that lacks some actions."""

    def make(missing: tuple[str, ...]) -> str:
        allowed = [f"sagemaker:{action}" for action in HOSTING if action not in missing]
        resources = [
            f"arn:aws:sagemaker:us-east-1:123456789012:{kind}/*"
            for kind in ("model", "endpoint", "endpoint-config")
        ]
        passing = [] if "PassRole" in missing else [{"Action": "iam:PassRole", "Resource": role}]
        topics = {"Action": "sns:*", "Resource": "*"}
        statements = [{"Action": allowed, "Resource": resources}, topics, *passing]
        arn: str = aws.role(statements, "cloudformation.amazonaws.com")
        return arn

    return make


def test_the_stacks_role_is_enough_when_it_has_every_right(
    aws: Any, stack: Stack, deploying: Callable[[tuple[str, ...]], str]
) -> None:
    done = stack.promote(aws.model_data("by role"), RoleARN=deploying(()))
    assert done["StackStatus"] == "UPDATE_COMPLETE", stack.reasons()


@pytest.mark.parametrize(
    "missing",
    ["CreateModel", "CreateEndpointConfig", "CreateEndpoint", "DescribeEndpoint", "AddTags", "PassRole"],
)
def test_the_stacks_role_is_asked_for_each_right(
    aws: Any, stack: Stack, deploying: Callable[[tuple[str, ...]], str], missing: str
) -> None:
    done = stack.promote(aws.model_data("poor"), RoleARN=deploying((missing,)))
    assert "ROLLBACK" in done["StackStatus"]
    service = "iam" if missing == "PassRole" else "sagemaker"
    assert f"not authorized to perform: {service}:{missing}" in stack.reasons()
    aws.client("cloudformation").delete_stack(StackName=stack.name, RoleARN=deploying(()))
    aws.wait(stack.is_gone)
    aws.wait(lambda: not aws.client("sagemaker").list_endpoints(NameContains=stack.endpoint)["Endpoints"])
