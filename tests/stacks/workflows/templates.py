"""Reads the definition of a state machine from a template."""

import re
from typing import Any

from tests.stacks.templates import text


def deployed_definition(machine: dict[str, Any]) -> str:
    """Return the definition of a state machine as CloudFormation deploys it: substitutions are plain text."""
    substitutions = {
        name: text(value).replace("<AWS::Partition>", "aws")
        for name, value in machine["DefinitionSubstitutions"].items()
    }
    return re.sub(r"\$\{(\w+)\}", lambda match: substitutions[match[1]], machine["DefinitionString"])
