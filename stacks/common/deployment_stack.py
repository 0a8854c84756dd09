"""What the three stacks have in common."""

from aws_cdk import Environment, Stack
from constructs import Construct

from stacks.config.settings import Settings


class DeploymentStack(Stack):
    """A stack of one deployment, in the settings' region and in whichever account deploys it."""

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
        # The CDK makes functions and state machines depend on their role, which they name anyway: harmless.
        self.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}
