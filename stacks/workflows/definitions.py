"""The definitions of the state machines in the Amazon States Language, as files."""

from pathlib import Path
from typing import Any, Final

import yaml

TRAINING: Final = Path(__file__).parent / "training" / "definition.asl.yaml"
TRANSFORM: Final = Path(__file__).parent / "transform" / "definition.asl.yaml"


def load(path: Path) -> dict[str, Any]:
    """Read a definition; its substitutions stay as they are."""
    definition: dict[str, Any] = yaml.safe_load(path.read_text())
    return definition
