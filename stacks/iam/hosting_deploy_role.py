"""The role that CloudFormation assumes when the state machine promotes a model."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.common.resource_names import VARIANT, generated_names
from stacks.config.settings import Settings
from stacks.iam.policy_statements import alarm_arn, describe_alarms, pass_role, read_bootstrap_version


class HostingDeployRole(Construct):
    """The permissions to update the Serving stack with another ModelDataUrl and to roll back, and no others.

    The state machine may update the stack with this role only. Log group, alarms and dashboard don't depend
    on the parameter, so a promotion never changes them.

    Attributes
    ----------
    role
        The role that CloudFormation assumes.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, hosting_role: iam.IRole) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("cloudformation.amazonaws.com"),
            description=f"Promotions of models by {Stack.of(self).stack_name}",
            inline_policies={
                "promotion": iam.PolicyDocument(
                    statements=[
                        *self._deploy_endpoint(),
                        pass_role(hosting_role, to="sagemaker.amazonaws.com"),
                        read_bootstrap_version(Stack.of(self)),
                        self._read_rollback_alarms(),
                        *(self._scale_endpoint() if settings.endpoint_scales else []),
                    ]
                )
            },
        )

    def _arn(self, service: str, resource: str, name: str) -> str:
        return Stack.of(self).format_arn(service=service, resource=resource, resource_name=name)

    def _deploy_endpoint(self) -> list[iam.PolicyStatement]:
        models = [self._arn("sagemaker", "model", name) for name in generated_names(self._settings, "Model")]
        configs = [
            self._arn("sagemaker", "endpoint-config", name)
            for name in generated_names(self._settings, "Config")
        ]
        endpoint = self._arn("sagemaker", "endpoint", self._settings.prefix)
        return [
            iam.PolicyStatement(actions=_create_describe_delete("Model"), resources=models),
            iam.PolicyStatement(actions=_create_describe_delete("EndpointConfig"), resources=configs),
            # SageMaker checks these permissions on the endpoint and on its configuration.
            iam.PolicyStatement(
                actions=[*_create_describe_delete("Endpoint"), "sagemaker:UpdateEndpoint"],
                resources=[endpoint, *configs],
            ),
            # CloudFormation reads the tags of what it created (the read handlers of the three types' schemas
            # in the CloudFormation registry).
            iam.PolicyStatement(
                actions=["sagemaker:AddTags", "sagemaker:ListTags"], resources=[*models, *configs, endpoint]
            ),
        ]

    def _read_rollback_alarms(self) -> iam.PolicyStatement:
        """Allow reading the alarms: deploying an endpoint that rolls back on them requires it."""
        return describe_alarms(Stack.of(self), f"{self._settings.stack_name('Serving')}-*")

    def _scale_endpoint(self) -> list[iam.PolicyStatement]:
        """Allow automatic scaling of the endpoint.

        The actions are those of "Application Auto Scaling identity-based policy examples" in AWS's
        documentation, and of the read handlers of the two types in the CloudFormation registry.
        """
        resource = f"endpoint/{self._settings.prefix}/variant/{VARIANT}"
        return [
            # AWS generates the ids of scalable targets.
            iam.PolicyStatement(
                actions=[
                    "application-autoscaling:DeleteScalingPolicy",
                    "application-autoscaling:DeregisterScalableTarget",
                    "application-autoscaling:PutScalingPolicy",
                    "application-autoscaling:RegisterScalableTarget",
                ],
                resources=[self._arn("application-autoscaling", "scalable-target", "*")],
                conditions={"StringEquals": {"application-autoscaling:service-namespace": "sagemaker"}},
            ),
            # These actions support no resource.
            iam.PolicyStatement(
                actions=[
                    "application-autoscaling:DescribeScalableTargets",
                    "application-autoscaling:DescribeScalingPolicies",
                    # The read handler of AWS::ApplicationAutoScaling::ScalableTarget always calls it.
                    "application-autoscaling:DescribeScheduledActions",
                ],
                resources=["*"],
            ),
            iam.PolicyStatement(
                actions=["sagemaker:UpdateEndpointWeightsAndCapacities"],
                resources=[self._arn("sagemaker", "endpoint", self._settings.prefix)],
            ),
            iam.PolicyStatement(
                actions=["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"],
                resources=[alarm_arn(Stack.of(self), f"TargetTracking-{resource}-*")],
            ),
            self._create_service_linked_role(),
        ]

    def _create_service_linked_role(self) -> iam.PolicyStatement:
        """Allow creating the role that scales endpoints, which an account's first scalable target does."""
        service = "sagemaker.application-autoscaling.amazonaws.com"
        role = f"aws-service-role/{service}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
        return iam.PolicyStatement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[
                Stack.of(self).format_arn(service="iam", region="", resource="role", resource_name=role)
            ],
            conditions={"StringEquals": {"iam:AWSServiceName": service}},
        )


def _create_describe_delete(kind: str) -> list[str]:
    return [f"sagemaker:{verb}{kind}" for verb in ("Create", "Describe", "Delete")]
