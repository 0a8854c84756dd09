"""Names that templates, roles and policies must agree on."""

from typing import Final

from stacks.config.settings import Settings

VARIANT: Final = "AllTraffic"
# The metrics of this project. Their dimension Deployment is Settings.prefix.
METRIC_NAMESPACE: Final = "SageMakerLDA"
COMPLETION_METRIC: Final = "TestCompletion"
PWLL_METRIC: Final = "TestPwll"


def logical_id(settings: Settings, kind: str) -> str:
    """Return the logical id of a resource without a physical name: LdaDevModel.

    CloudFormation generates the physical name from it. So that policies can be confined to the resources of
    one deployment, it contains the deployment's name.
    """
    return f"{settings.name.capitalize()}{settings.environment.capitalize()}{kind}"


def generated_names(settings: Settings, kind: str) -> list[str]:
    """Return patterns, for IAM, of the names that CloudFormation generates from `logical_id`.

    For SageMaker's types, ``<logical id>-<random>`` has been observed, without the stack's name
    (github.com/aws/aws-cli/issues/4021); most other types get ``<stack>-<logical id>-<random>``. SageMaker
    lower-cases names in ARNs, and IAM compares ARNs by case. Neither is documented, so all four forms are
    granted: each begins with this deployment's name.
    """
    suffix = logical_id(settings, kind)
    names = [suffix, f"{settings.stack_name('Serving')}-{suffix}"]
    return [f"{name}-*" for name in (*names, *(name.lower() for name in names))]
