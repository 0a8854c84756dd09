"""The role that CloudFormation takes when the state machine promotes a model."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.common.resource_names import VARIANT, generated_names
from stacks.config.settings import Settings
from stacks.iam.policy_statements import alarm_arn, describe_alarms, pass_role


class HostingDeployRole(Construct):
    """What changing ModelDataUrl in the Serving stack takes, forth and back, and nothing else.

    The machine may update that stack with this role only. Log group, alarms and dashboard don't depend on the
    parameter, so a promotion never touches them.

    Attributes
    ----------
    role
        Taken by CloudFormation.
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
                        *self._hosting(),
                        pass_role(hosting_role, to="sagemaker.amazonaws.com"),
                        self._read_bootstrap_version(),
                        self._read_rollback_alarms(),
                        *(self._scaling() if settings.endpoint_scales else []),
                    ]
                )
            },
        )

    def _arn(self, service: str, resource: str, name: str) -> str:
        return Stack.of(self).format_arn(service=service, resource=resource, resource_name=name)

    def _hosting(self) -> list[iam.PolicyStatement]:
        models = [self._arn("sagemaker", "model", name) for name in generated_names(self._settings, "Model")]
        configs = [
            self._arn("sagemaker", "endpoint-config", name)
            for name in generated_names(self._settings, "Config")
        ]
        endpoint = self._arn("sagemaker", "endpoint", self._settings.prefix)
        return [
            iam.PolicyStatement(actions=_life_of("Model"), resources=models),
            iam.PolicyStatement(actions=_life_of("EndpointConfig"), resources=configs),
            # An endpoint is made of a config: SageMaker asks for the right on both.
            iam.PolicyStatement(
                actions=[*_life_of("Endpoint"), "sagemaker:UpdateEndpoint"], resources=[endpoint, *configs]
            ),
            # Reading back what it made, CloudFormation lists its tags (the read handlers of the three types'
            # schemas in the CloudFormation registry).
            iam.PolicyStatement(
                actions=["sagemaker:AddTags", "sagemaker:ListTags"], resources=[*models, *configs, endpoint]
            ),
        ]

    def _read_bootstrap_version(self) -> iam.PolicyStatement:
        """Allow what resolves the template's parameter BootstrapVersion anew with every update."""
        qualifier = Stack.of(self).synthesizer.bootstrap_qualifier
        return iam.PolicyStatement(
            actions=["ssm:GetParameters"],
            resources=[self._arn("ssm", "parameter", f"cdk-bootstrap/{qualifier}/version")],
        )

    def _read_rollback_alarms(self) -> iam.PolicyStatement:
        """Allow seeing the alarms: whoever deploys an endpoint that rolls back on them must be able to."""
        return describe_alarms(Stack.of(self), f"{self._settings.stack_name('Serving')}-*")

    def _scaling(self) -> list[iam.PolicyStatement]:
        """Allow what AWS documents in "Application Auto Scaling identity-based policy examples".

        And what the CloudFormation registry's schemas of the two types read.
        """
        resource = f"endpoint/{self._settings.prefix}/variant/{VARIANT}"
        return [
            # AWS generates the ids of scalable targets, and the rights to read know no resource at all.
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
            iam.PolicyStatement(
                actions=[
                    "application-autoscaling:DescribeScalableTargets",
                    "application-autoscaling:DescribeScalingPolicies",
                    # Of the read handler of AWS::ApplicationAutoScaling::ScalableTarget, scheduled or not.
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
            self._make_service_linked_role(),
        ]

    def _make_service_linked_role(self) -> iam.PolicyStatement:
        """Allow making the role that scales endpoints: the first scalable target of an account does."""
        service = "sagemaker.application-autoscaling.amazonaws.com"
        role = f"aws-service-role/{service}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
        return iam.PolicyStatement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[
                Stack.of(self).format_arn(service="iam", region="", resource="role", resource_name=role)
            ],
            conditions={"StringEquals": {"iam:AWSServiceName": service}},
        )


def _life_of(kind: str) -> list[str]:
    return [f"sagemaker:{verb}{kind}" for verb in ("Create", "Describe", "Delete")]
