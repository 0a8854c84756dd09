"""A stack with an endpoint if its parameter ModelDataUrl is set."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/spec:1"


def template(role: str, endpoint: str, instance_type: str = "ml.c4.xlarge", *, scaled: bool = False) -> str:
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
        self.role = role
        self.cloudformation = aws.client("cloudformation")
        self.name = aws.name("Stack")
        self.endpoint = self.name.lower()
        self.template = template(role, self.endpoint)
        self.cloudformation.create_stack(
            StackName=self.name,
            TemplateBody=self.template,
            Tags=[{"Key": "project", "Value": "spec"}],
        )
        assert self.wait_until_settled()["StackStatus"] == "CREATE_COMPLETE"

    def scaled(self, instance_type: str = "ml.c4.xlarge") -> str:
        """Return its template with a scalable target and a policy on the endpoint's variant."""
        return template(self.role, self.endpoint, instance_type, scaled=True)

    def wait_until_settled(self) -> dict[str, Any]:
        def described() -> Any:
            (stack,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        stack: dict[str, Any] = self.aws.wait(described)
        return stack

    def promote(self, url: str, body: str | None = None, **settings: Any) -> dict[str, Any]:
        template_option = {"TemplateBody": body} if body else {"UsePreviousTemplate": True}
        self.cloudformation.update_stack(
            StackName=self.name,
            Parameters=[{"ParameterKey": "ModelDataUrl", "ParameterValue": url}],
            **template_option,
            **settings,
        )
        return self.wait_until_settled()

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
    new = Stack(aws, role)
    yield new
    if not new.is_gone():
        new.destroy()
