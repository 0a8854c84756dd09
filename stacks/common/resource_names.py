"""What resources without a physical name are called: templates, roles and policies have to agree."""

from typing import Final

from stacks.config.settings import Settings

VARIANT: Final = "AllTraffic"
# Of what this project measures itself: the dimension is the deployment, as Settings.prefix.
METRIC_NAMESPACE: Final = "SageMakerLDA"
CANDIDATE_PWLL: Final = "TestPwll"


def logical_id(settings: Settings, kind: str) -> str:
    """Return the logical id of a resource of a `kind` that has no physical name: LdaDevModel.

    It carries the deployment, because CloudFormation builds the physical name from it: so the role that
    replaces models can be confined to the models of this deployment, and people to its state machine.
    """
    return f"{settings.name.capitalize()}{settings.environment.capitalize()}{kind}"


def generated_names(settings: Settings, kind: str) -> list[str]:
    """Return patterns, for IAM, of the names that CloudFormation generates for `logical_id`.

    For SageMaker's types it has been seen to generate ``<logical id>-<random>``, without the stack's name
    (github.com/aws/aws-cli/issues/4021), where most other types get ``<stack>-<logical id>-<random>``; and
    SageMaker lower-cases names in ARNs, with which IAM compares by case. Neither is documented, so all four
    are granted: each still begins with this deployment's own name.
    """
    own = logical_id(settings, kind)
    names = [own, f"{settings.stack_name('Serving')}-{own}"]
    return [f"{name}-*" for name in (*names, *(name.lower() for name in names))]
