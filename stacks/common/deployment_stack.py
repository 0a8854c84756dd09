"""The base class of the three stacks."""

from aws_cdk import Environment, Stack
from constructs import Construct

from stacks.config.settings import Settings


class DeploymentStack(Stack):
    """A stack of one deployment, in the region of the settings and the account of the credentials."""

    def __init__(
        self,
        scope: Construct,
        kind: str,
        *,
        settings: Settings,
        description: str,
        termination_protection: bool = False,
    ) -> None:
        super().__init__(
            scope,
            settings.stack_name(kind),
            env=Environment(region=settings.region),
            description=f"SageMaker LDA as code, {settings.prefix}: {description}",
            termination_protection=termination_protection,
        )
        # W3005: the CDK adds a DependsOn to a role that the resource references anyway, which is harmless.
        self.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}
