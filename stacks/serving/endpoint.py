"""The model, its endpoint configuration and the endpoint."""

from typing import Final

from aws_cdk import CfnCondition, CfnResource
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from stacks.common.algorithm_image import algorithm_image
from stacks.common.resource_names import VARIANT, logical_id
from stacks.config.settings import Settings
from stacks.serving.autoscaling import scale_by_invocations

# The slowest alarm needs the metrics of three minutes, which are published one or two minutes late. With a
# shorter baking period the old instances would be terminated before an alarm goes off.
_BAKING_PERIOD_SECONDS: Final = 300


class HostedModel(Construct):
    """A model behind an endpoint whose name stays the same from model to model.

    Model and endpoint configuration are immutable, so CloudFormation names and replaces them. The endpoint is
    updated in place, blue/green; SageMaker rolls the update back if one of `rollback_alarms` goes off.

    Attributes
    ----------
    endpoint
        The endpoint. Add its prerequisites to its dependencies.
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
            resources += scale_by_invocations(self, settings, self.endpoint)
        for resource in resources:
            resource.cfn_options.condition = condition

    def _model(self, model_data_url: str, execution_role: iam.IRole) -> sagemaker.CfnModel:
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=execution_role.role_arn,
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
                image=algorithm_image(self._settings).uri, model_data_url=model_data_url
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
            # Retained properties keep the instance count that scaling has set, but ignore a new value of the
            # setting endpoint_instance_count: so they are retained only if the endpoint scales.
            retain_all_variant_properties=True if self._settings.endpoint_scales else None,
            deployment_config=_deployment_config(rollback_alarms),
        )


def _deployment_config(
    rollback_alarms: list[cloudwatch.Alarm],
) -> sagemaker.CfnEndpoint.DeploymentConfigProperty:
    """Return a blue/green deployment that shifts all traffic in one step, and rolls back on the alarms."""
    endpoint = sagemaker.CfnEndpoint
    return endpoint.DeploymentConfigProperty(
        blue_green_update_policy=endpoint.BlueGreenUpdatePolicyProperty(
            traffic_routing_configuration=endpoint.TrafficRoutingConfigProperty(
                type="ALL_AT_ONCE", wait_interval_in_seconds=_BAKING_PERIOD_SECONDS
            ),
            termination_wait_in_seconds=0,
        ),
        auto_rollback_configuration=endpoint.AutoRollbackConfigProperty(
            alarms=[endpoint.AlarmProperty(alarm_name=alarm.alarm_name) for alarm in rollback_alarms]
        ),
    )
