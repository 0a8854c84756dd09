"""Names that CloudFormation generates."""

from stacks.common.resource_names import generated_names
from stacks.config.settings import Settings


def test_the_longest_name_of_a_deployment_fits_the_generated_names() -> None:
    longest = Settings(name=12 * "n", environment="prod")
    for kind in ("Model", "Config"):
        for pattern in generated_names(longest, kind):
            assert len(pattern.replace("*", 12 * "r")) <= 63, "SageMaker's limit"
