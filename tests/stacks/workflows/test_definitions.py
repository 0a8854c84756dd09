"""Both definitions are valid for the tools of the language, complete, and in the order of the flow."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.workflows.definitions import TRAINING, TRANSFORM, load
from tests.stacks.conftest import ROOT
from tests.stacks.templates import TemplateOf, deployed_definition, text

VALIDATOR = ROOT / "node_modules" / ".bin" / "asl-validator"
FILES = {"Machine": TRAINING, "MachineOfTransforms": TRANSFORM}
# Settings with every character that is valid in the settings that become part of the template.
OTHER = {
    "name": "alice",
    "region": "eu-north-1",
    "algorithm": "open",
    "open_image_repository": "team/lda.open_image-1",
    "open_image_tag": "v1.0_b-2",
    "training_instance_count": "3",
    "kms_key_arn": "arn:aws:kms:eu-north-1:123456789012:key/0123-ab_c",
}

# The transitions to an earlier state: to a state that waits, or to one that is retried.
LOOPS = {
    ("WaitBeforeRetry", "Train"),
    ("IsServingStackReady", "EvaluateModel"),
    ("WaitForConcurrentUpdate", "DescribeServingStack"),
    ("ClassifyUpdateError", "WaitForConcurrentUpdate"),
    ("IsUpdateComplete", "WaitForUpdate"),
    ("CheckServingModel", "SmokeTest"),
    ("WaitForConcurrentPromotion", "DescribeStackAfterSmokeTest"),
    ("RollbackRefused", "MarkWaited"),
    ("IsRollbackComplete", "WaitForRollback"),
    ("WaitBeforeCreateModelRetry", "CreateModel"),
    ("WaitBeforeTransformRetry", "Transform"),
}


@pytest.fixture(params=FILES)
def kind(request: pytest.FixtureRequest) -> str:
    """Each state machine in turn, by the suffix of its logical id."""
    return str(request.param)


@pytest.fixture
def source(kind: str) -> dict[str, Any]:
    """The definition in its file."""
    return load(FILES[kind])


@pytest.fixture(params=[{}, OTHER], ids=["defaults", "other settings"])
def machine(kind: str, template: TemplateOf, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The properties of the state machine as a template has them."""
    resources = template("Training", **request.param)["Resources"]
    (properties,) = [
        resource["Properties"] for name, resource in resources.items() if name.endswith(f"Dev{kind}")
    ]
    return dict(properties)


@pytest.fixture
def deployed(machine: dict[str, Any]) -> dict[str, Any]:
    """The definition as CloudFormation deploys it."""
    document: dict[str, Any] = json.loads(deployed_definition(machine))
    return document


def states(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state with its name, those inside a Map after it."""
    for name, state in definition["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value


def on_one_line(value: Any) -> Any:
    """Return a definition whose expressions have no line breaks: the validator's pattern stops at them."""
    if isinstance(value, dict):
        return {name: on_one_line(part) for name, part in value.items()}
    if isinstance(value, list):
        return [on_one_line(part) for part in value]
    return re.sub(r"\s*\n\s*", " ", value) if isinstance(value, str) else value


def verdict(definition: dict[str, Any], folder: Path) -> str:
    """Return what asl-validator prints about a definition."""
    file = folder / "definition.json"
    file.write_text(json.dumps(on_one_line(definition)))
    finished = subprocess.run(
        [VALIDATOR, "--json-path", file], capture_output=True, text=True, check=False, timeout=60
    )
    return finished.stdout + finished.stderr


def test_a_validator_of_the_language_finds_the_definition_valid(
    deployed: dict[str, Any], tmp_path: Path
) -> None:
    assert verdict(deployed, tmp_path).strip().endswith("is valid")


def test_the_file_itself_is_valid_once_its_partition_is_known(kind: str, tmp_path: Path) -> None:
    file = FILES[kind].read_text().replace("${Partition}", "aws")
    assert verdict(yaml.safe_load(file), tmp_path).strip().endswith("is valid")


def test_the_validator_checks_the_states_of_a_map_and_the_expressions(
    template: TemplateOf, tmp_path: Path
) -> None:
    machine = template("Training")["Resources"]["LdaDevMachine"]["Properties"]
    wrong_target, wrong_syntax = (json.loads(deployed_definition(machine)) for _ in range(2))
    wrong_target["States"]["TrainCandidates"]["ItemProcessor"]["States"]["Train"]["Next"] = "Nowhere"
    assert "Missing 'StartAt'|'Next'|'Default' target: Nowhere" in verdict(wrong_target, tmp_path)
    wrong_syntax["States"]["InspectDataset"]["Assign"] = {"input": "{% $states.result. %}"}
    assert "/States/InspectDataset/Assign/input is invalid" in verdict(wrong_syntax, tmp_path)


def test_the_template_has_the_definition_of_the_file_with_a_time_limit(
    machine: dict[str, Any], source: dict[str, Any]
) -> None:
    definition = json.loads(machine["DefinitionString"])
    assert definition.pop("TimeoutSeconds") > 0
    assert definition == source


def test_every_substitution_has_a_value_and_is_used(machine: dict[str, Any]) -> None:
    used = set(re.findall(r"\$\{([^}]*)\}", machine["DefinitionString"]))
    assert used == machine["DefinitionSubstitutions"].keys()


def test_no_value_of_a_substitution_breaks_a_string_or_is_substituted_again(machine: dict[str, Any]) -> None:
    for value in machine["DefinitionSubstitutions"].values():
        assert re.fullmatch(r"[^'\"\\\n{}]+", text(value))


def test_a_substitution_in_an_expression_is_in_quotes(source: dict[str, Any]) -> None:
    expressions = [value for value in strings(source) if value.startswith("{%")]
    assert any("${" in expression for expression in expressions)
    for expression in expressions:
        outside_quotes = re.sub(r"'[^']*'", "", expression)
        assert "${" not in outside_quotes


def test_every_state_has_a_comment(source: dict[str, Any]) -> None:
    assert [name for name, state in states(source) if not state.get("Comment")] == []


def test_every_rule_of_a_choice_has_a_comment(source: dict[str, Any]) -> None:
    rules = [(name, rule) for name, state in states(source) for rule in state.get("Choices", [])]
    assert rules
    assert [name for name, rule in rules if not rule.get("Comment")] == []


def test_states_are_in_the_order_of_the_flow() -> None:
    back = set()
    for machine in machines():
        order = list(machine["States"])
        assert order[0] == machine["StartAt"]
        back |= {
            (name, target)
            for name, state in machine["States"].items()
            for target in targets(state)
            if order.index(target) < order.index(name)
        }
    assert back == LOOPS


def machines() -> Iterator[dict[str, Any]]:
    """The state machines, and that of an iteration of a Map."""
    for file in FILES.values():
        definition = load(file)
        yield definition
        yield from (state["ItemProcessor"] for _, state in states(definition) if "ItemProcessor" in state)


def targets(state: dict[str, Any]) -> list[str]:
    rules = [*state.get("Choices", []), *state.get("Catch", [])]
    own = [state[field] for field in ("Next", "Default") if field in state]
    return [*own, *(rule["Next"] for rule in rules)]


def of_both() -> dict[str, dict[str, Any]]:
    return {name: state for file in FILES.values() for name, state in states(load(file))}


def test_failures_are_formatted_the_same_everywhere() -> None:
    expressions = {load(file)["States"]["FormatFailure"]["Assign"]["cause"] for file in FILES.values()}
    of_candidates = of_both()["FormatCandidateFailure"]["Assign"]["candidate_cause"]
    expressions.add(of_candidates.replace("$candidate_failure", "$failure"))
    assert len(expressions) == 1


def test_the_same_errors_are_retryable_everywhere_after_the_same_pauses() -> None:
    loops = {
        "IsRetryable": "WaitBeforeRetry",
        "IsCreateModelRetryable": "WaitBeforeCreateModelRetry",
        "IsTransformRetryable": "WaitBeforeTransformRetry",
    }
    rules = [of_both()[name]["Choices"] for name in loops]
    conditions = {rule["Condition"].replace("$candidate_failure", "$failure") for (rule,) in rules}
    assert len(conditions) == 1
    assert [rule["Next"] for (rule,) in rules] == list(loops.values())
    assert len({of_both()[name]["Seconds"] for name in loops.values()}) == 1


@pytest.mark.parametrize("repeated", ["PromotionFailed", "could not be rolled back", "Another run promoted"])
def test_repeated_parts_of_a_definition_are_identical(repeated: str) -> None:
    found = [value for value in assignments(load(TRAINING)) if repeated in str(value)]
    comparable = {
        json.dumps(
            {field: part for field, part in value.items() if field not in {"caught", "reason"}}
            if isinstance(value, dict)
            else value
        )
        for value in found
    }
    assert (len(found) > 1, len(comparable)) == (True, 1)


def assignments(definition: dict[str, Any]) -> Iterator[Any]:
    for _, state in states(definition):
        for rule in (state, *state.get("Choices", []), *state.get("Catch", [])):
            yield from rule.get("Assign", {}).values()


def test_every_state_that_describes_the_stack_does_it_the_same_way() -> None:
    readers = [
        {field: part for field, part in state.items() if field not in {"Comment", "Catch", "Next"}}
        for state in of_both().values()
        if str(state.get("Resource")).endswith(":describeStacks")
    ]
    assert len(readers) == 4
    assert all(reader == readers[0] for reader in readers)


def test_a_notification_that_fails_gives_the_same_output_as_one_that_is_sent() -> None:
    publishing = [
        state
        for state in of_both().values()
        if str(state.get("Resource")).endswith(":publish") and "Output" in state
    ]
    assert len(publishing) == 3
    for state in publishing:
        (catcher,) = state["Catch"]
        assert (catcher["Output"], catcher["Next"]) == (state["Output"], state["Next"])
