"""The Serving stack: the model, its endpoint and their monitoring; no IAM."""

from aws_cdk import CfnOutput
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.common.deployment_stack import DeploymentStack
from stacks.config.settings import Settings
from stacks.operations.endpoint_monitoring import EndpointMonitoring
from stacks.serving.endpoint import HostedModel
from stacks.serving.model_data_url import ModelDataUrl


class ServingStack(DeploymentStack):
    """The endpoint of a deployment. A promotion updates this stack with another ModelDataUrl.

    While ModelDataUrl is empty there is no model and no endpoint, so the first deployment needs no model.
    """

    def __init__(
        self, scope: Construct, *, settings: Settings, hosting_role: iam.IRole, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, "Serving", settings=settings, description="the endpoint")
        model_data_url = ModelDataUrl(self, "Choice", settings=settings)
        monitoring = EndpointMonitoring(self, "Monitoring", settings=settings, topic=topic)
        hosted = HostedModel(
            self,
            "Hosting",
            settings=settings,
            model_data_url=model_data_url.parameter.value_as_string,
            execution_role=hosting_role,
            rollback_alarms=monitoring.rollback_alarms,
            condition=model_data_url.servable,
        )
        hosted.endpoint.node.add_dependency(monitoring.logs)
        self._outputs(settings, model_data_url)

    def _outputs(self, settings: Settings, model_data_url: ModelDataUrl) -> None:
        CfnOutput(
            self,
            "EndpointName",
            value=settings.prefix,
            condition=model_data_url.servable,
            description="What to invoke",
        )
        CfnOutput(
            self,
            "ModelOfOtherAlgorithm",
            value=(
                f"There is no endpoint: the setting algorithm is {settings.algorithm}, and the other one "
                "trained the promoted model. Start the state machine to train one that can be served."
            ),
            condition=model_data_url.of_other_algorithm,
            description="Why there is no endpoint",
        )
