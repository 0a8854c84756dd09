"""The model, its endpoint, and how the endpoint grows."""

from aws_cdk import CfnCondition, CfnResource
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from stacks.common.algorithm_image import image
from stacks.common.resource_names import VARIANT, logical_id
from stacks.config.settings import Settings

# The slowest alarm needs three minutes' metrics, and metrics come a minute or two late: watched for less, no
# alarm could ring before the old instances are gone.
_BAKE_SECONDS = 300
_INVOCATIONS_A_MINUTE_AND_INSTANCE = 600
_SCALE_OUT_COOLDOWN_SECONDS = 60
_SCALE_IN_COOLDOWN_SECONDS = 300


class HostedModel(Construct):
    """A model behind an endpoint that keeps its name while models come and go.

    Model and endpoint config are immutable, so CloudFormation replaces them and names them; the endpoint is
    updated in place, blue/green, and rolls back by itself while one of `rollback_alarms` is in alarm.

    Attributes
    ----------
    endpoint
        The endpoint; whatever it needs to exist before is to be added to its dependencies.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        model_data_url: str,
        execution_role: iam.IRole,
        rollback_alarms: list[cloudwatch.Alarm],
        condition: CfnCondition,
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        model = self._model(model_data_url, execution_role)
        config = self._config(model)
        self.endpoint = self._endpoint(config, rollback_alarms)
        resources: list[CfnResource] = [model, config, self.endpoint]
        if settings.endpoint_scales:
            resources += self._scaling()
        for resource in resources:
            resource.cfn_options.condition = condition

    def _model(self, model_data_url: str, execution_role: iam.IRole) -> sagemaker.CfnModel:
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=execution_role.role_arn,
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
                image=image(self._settings).uri, model_data_url=model_data_url
            ),
        )
        model.override_logical_id(logical_id(self._settings, "Model"))
        return model

    def _config(self, model: sagemaker.CfnModel) -> sagemaker.CfnEndpointConfig:
        config = sagemaker.CfnEndpointConfig(
            self,
            "Config",
            production_variants=[
                sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                    variant_name=VARIANT,
                    model_name=model.attr_model_name,
                    instance_type=self._settings.endpoint_instance_type,
                    initial_instance_count=self._settings.endpoint_instance_count,
                    initial_variant_weight=1,
                )
            ],
        )
        config.override_logical_id(logical_id(self._settings, "Config"))
        return config

    def _endpoint(
        self, config: sagemaker.CfnEndpointConfig, rollback_alarms: list[cloudwatch.Alarm]
    ) -> sagemaker.CfnEndpoint:
        return sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=self._settings.prefix,
            endpoint_config_name=config.attr_endpoint_config_name,
            # Retained, the count that scaling chose survives a new model; but then a changed
            # endpoint_instance_count would be ignored, so it is retained only where scaling owns it.
            retain_all_variant_properties=True if self._settings.endpoint_scales else None,
            deployment_config=_deployment(rollback_alarms),
        )

    def _scaling(self) -> list[CfnResource]:
        # The L2 construct would make an IAM role; the service-linked role does the same without one of ours.
        target = autoscaling.CfnScalableTarget(
            self,
            "Instances",
            service_namespace="sagemaker",
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            resource_id=f"endpoint/{self._settings.prefix}/variant/{VARIANT}",
            min_capacity=self._settings.endpoint_instance_count,
            max_capacity=self._settings.endpoint_max_instance_count,
        )
        target.add_resource_dependency(self.endpoint)
        policy = autoscaling.CfnScalingPolicy(
            self,
            "ByInvocations",
            policy_name=f"{self._settings.prefix}-invocations",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.ref,
            target_tracking_scaling_policy_configuration=_by_invocations(),
        )
        return [target, policy]


def _by_invocations() -> autoscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty:
    return autoscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
        predefined_metric_specification=autoscaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
            predefined_metric_type="SageMakerVariantInvocationsPerInstance"
        ),
        target_value=_INVOCATIONS_A_MINUTE_AND_INSTANCE,
        scale_out_cooldown=_SCALE_OUT_COOLDOWN_SECONDS,
        scale_in_cooldown=_SCALE_IN_COOLDOWN_SECONDS,
    )


def _deployment(rollback_alarms: list[cloudwatch.Alarm]) -> sagemaker.CfnEndpoint.DeploymentConfigProperty:
    """Shift all traffic at once, watch it for five minutes, and go back when an alarm rings."""
    endpoint = sagemaker.CfnEndpoint
    return endpoint.DeploymentConfigProperty(
        blue_green_update_policy=endpoint.BlueGreenUpdatePolicyProperty(
            traffic_routing_configuration=endpoint.TrafficRoutingConfigProperty(
                type="ALL_AT_ONCE", wait_interval_in_seconds=_BAKE_SECONDS
            ),
            termination_wait_in_seconds=0,
        ),
        auto_rollback_configuration=endpoint.AutoRollbackConfigProperty(
            alarms=[endpoint.AlarmProperty(alarm_name=alarm.alarm_name) for alarm in rollback_alarms]
        ),
    )
