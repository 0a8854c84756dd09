"""What a validator of the Amazon States Language says of the machine as it is deployed."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
VALIDATOR = ROOT / "node_modules" / ".bin" / "asl-validator"


def on_one_line(value: Any) -> Any:
    """Return a definition whose expressions have no line ends: the validator's pattern stops at them."""
    if isinstance(value, dict):
        return {name: on_one_line(part) for name, part in value.items()}
    if isinstance(value, list):
        return [on_one_line(part) for part in value]
    return re.sub(r"\s*\n\s*", " ", value) if isinstance(value, str) else value


def said_of(definition: dict[str, Any], folder: Path) -> str:
    file = folder / "definition.json"
    file.write_text(json.dumps(on_one_line(definition)))
    finished = subprocess.run(
        [VALIDATOR, "--json-path", file], capture_output=True, text=True, check=False, timeout=60
    )
    return finished.stdout + finished.stderr


def test_a_validator_of_the_language_finds_the_definition_valid(definition: str, tmp_path: Path) -> None:
    assert said_of(json.loads(definition), tmp_path).strip().endswith("is valid")


def test_the_validator_looks_into_the_map_and_the_expressions(definition: str, tmp_path: Path) -> None:
    astray, unparsed = json.loads(definition), json.loads(definition)
    astray["States"]["TrainCandidates"]["ItemProcessor"]["States"]["Train"]["Next"] = "Nowhere"
    assert "Missing 'StartAt'|'Next'|'Default' target: Nowhere" in said_of(astray, tmp_path)
    unparsed["States"]["InspectDataset"]["Assign"] = {"input": "{% $states.result. %}"}
    assert "/States/InspectDataset/Assign/input is invalid" in said_of(unparsed, tmp_path)
