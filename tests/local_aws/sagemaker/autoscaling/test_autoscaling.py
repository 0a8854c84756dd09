from typing import Any

import pytest
from botocore.exceptions import ClientError

DIMENSION = "sagemaker:variant:DesiredInstanceCount"
ACCOUNT = "123456789012"
HERE = f"us-east-1:{ACCOUNT}"


def target(endpoint: str) -> dict[str, str]:
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/AllTraffic",
        "ScalableDimension": DIMENSION,
    }


def permissions(endpoint: str) -> list[dict[str, Any]]:
    """Return the permissions that AWS documents for scaling an endpoint, with their conditions."""
    linked = "sagemaker.application-autoscaling.amazonaws.com"
    alarms = f"arn:aws:cloudwatch:{HERE}:alarm:TargetTracking-endpoint/{endpoint}/variant/AllTraffic-*"
    sagemaker = f"arn:aws:sagemaker:{HERE}:endpoint/{endpoint.lower()}"
    own = {
        "Resource": f"arn:aws:application-autoscaling:{HERE}:scalable-target/*",
        "Condition": {"StringEquals": {"application-autoscaling:service-namespace": "sagemaker"}},
    }
    role = f"role/aws-service-role/{linked}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    return [
        {"Action": "application-autoscaling:RegisterScalableTarget", **own},
        {"Action": "application-autoscaling:PutScalingPolicy", **own},
        {"Action": "application-autoscaling:DeleteScalingPolicy", **own},
        {"Action": "sagemaker:DescribeEndpoint", "Resource": sagemaker},
        {"Action": "sagemaker:UpdateEndpointWeightsAndCapacities", "Resource": sagemaker},
        {"Action": "cloudwatch:DescribeAlarms", "Resource": alarms},
        {"Action": "cloudwatch:PutMetricAlarm", "Resource": alarms},
        {"Action": "cloudwatch:DeleteAlarms", "Resource": alarms},
        {
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": f"arn:aws:iam::{ACCOUNT}:{role}",
            "Condition": {"StringEquals": {"iam:AWSServiceName": linked}},
        },
    ]


def scale(client: Any, endpoint: str) -> None:
    client.register_scalable_target(**target(endpoint), MinCapacity=1, MaxCapacity=2)
    client.put_scaling_policy(
        **target(endpoint),
        PolicyName="busy",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 10.0},
    )
    client.delete_scaling_policy(**target(endpoint), PolicyName="busy")


@pytest.fixture(scope="module")
def endpoint(aws: Any, role: str) -> str:
    name: str = aws.endpoint(aws.config(aws.model(role, "scaled")))
    return name


def test_the_documented_permissions_suffice_to_scale_an_endpoint(aws: Any, endpoint: str) -> None:
    scale(aws.user_client("application-autoscaling", permissions(endpoint)), endpoint)


@pytest.mark.parametrize("taken", range(9))
def test_each_missing_permission_of_the_caller_is_named(aws: Any, endpoint: str, taken: int) -> None:
    statements = permissions(endpoint)
    missing = statements.pop(taken)["Action"]
    client = aws.user_client("application-autoscaling", statements)
    with pytest.raises(ClientError, match=f"not authorized to perform: {missing}"):
        scale(client, endpoint)


def test_only_an_existing_variant_can_be_a_target(aws: Any) -> None:
    client = aws.client("application-autoscaling")
    with pytest.raises(ClientError, match="No endpoint variant was found"):
        client.register_scalable_target(**target("none"), MinCapacity=1, MaxCapacity=2)
    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        client.deregister_scalable_target(**target("none"))


def test_weights_and_counts_are_described(aws: Any, endpoint: str) -> None:
    desired = [{"VariantName": "AllTraffic", "DesiredWeight": 0.5, "DesiredInstanceCount": 2}]
    aws.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=endpoint, DesiredWeightsAndCapacities=desired
    )
    (variant,) = aws.wait_until_settled(endpoint)["ProductionVariants"]
    assert (variant["CurrentWeight"], variant["DesiredInstanceCount"]) == (0.5, 2)
