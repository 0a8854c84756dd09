"""The stack that serves: model, endpoint and what watches it; no IAM."""

from aws_cdk import CfnOutput
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.common.deployment_stack import DeploymentStack
from stacks.config.settings import Settings
from stacks.operations.endpoint_monitoring import EndpointMonitoring
from stacks.serving.endpoint import HostedModel
from stacks.serving.model_data_url import ModelChoice


class ServingStack(DeploymentStack):
    """What is promoted to: an update with the same template and another ModelDataUrl serves another model.

    While ModelDataUrl is empty there is no model and no endpoint, so the first deployment needs none.
    """

    def __init__(
        self, scope: Construct, *, settings: Settings, hosting_role: iam.IRole, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, "Serving", settings=settings, description="the endpoint")
        choice = ModelChoice(self, "Choice", settings=settings)
        monitoring = EndpointMonitoring(self, "Monitoring", settings=settings, topic=topic)
        hosted = HostedModel(
            self,
            "Hosting",
            settings=settings,
            model_data_url=choice.url.value_as_string,
            execution_role=hosting_role,
            rollback_alarms=monitoring.rollback_alarms,
            condition=choice.servable,
        )
        hosted.endpoint.node.add_dependency(monitoring.logs)
        self._outputs(settings, choice)

    def _outputs(self, settings: Settings, choice: ModelChoice) -> None:
        CfnOutput(
            self,
            "EndpointName",
            value=settings.prefix,
            condition=choice.servable,
            description="What to invoke",
        )
        CfnOutput(
            self,
            "ModelOfOtherAlgorithm",
            value=(
                f"There is no endpoint: the setting algorithm is {settings.algorithm}, and the other one "
                "trained the promoted model. Start the state machine to train one that can be served."
            ),
            condition=choice.of_other_algorithm,
            description="Why there is no endpoint",
        )
