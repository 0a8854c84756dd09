"""Automatic scaling of the endpoint's variant by its invocations."""

from typing import Final

from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from stacks.common.resource_names import VARIANT
from stacks.config.settings import Settings

_INVOCATIONS_PER_INSTANCE_AND_MINUTE: Final = 600
_SCALE_OUT_COOLDOWN_SECONDS: Final = 60
_SCALE_IN_COOLDOWN_SECONDS: Final = 300


def scale_by_invocations(
    scope: Construct, settings: Settings, endpoint: sagemaker.CfnEndpoint
) -> tuple[autoscaling.CfnScalableTarget, autoscaling.CfnScalingPolicy]:
    """Declare the target and the policy that scale an endpoint within the counts of the settings."""
    # The L2 construct would create an IAM role; here the service-linked role scales.
    target = autoscaling.CfnScalableTarget(
        scope,
        "Instances",
        service_namespace="sagemaker",
        scalable_dimension="sagemaker:variant:DesiredInstanceCount",
        resource_id=f"endpoint/{settings.prefix}/variant/{VARIANT}",
        min_capacity=settings.endpoint_instance_count,
        max_capacity=settings.endpoint_max_instance_count,
    )
    target.add_resource_dependency(endpoint)
    policy = autoscaling.CfnScalingPolicy(
        scope,
        "ByInvocations",
        policy_name=f"{settings.prefix}-invocations",
        policy_type="TargetTrackingScaling",
        scaling_target_id=target.ref,
        target_tracking_scaling_policy_configuration=_target_tracking(),
    )
    return target, policy


def _target_tracking() -> autoscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty:
    return autoscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
        predefined_metric_specification=autoscaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
            predefined_metric_type="SageMakerVariantInvocationsPerInstance"
        ),
        target_value=_INVOCATIONS_PER_INSTANCE_AND_MINUTE,
        scale_out_cooldown=_SCALE_OUT_COOLDOWN_SECONDS,
        scale_in_cooldown=_SCALE_IN_COOLDOWN_SECONDS,
    )
