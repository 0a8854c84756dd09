"""docs/state-machines.md shows the definitions."""

import re
import subprocess
import sys

from stacks.workflows.definitions import TRAINING, TRANSFORM, load
from stacks.workflows.diagram import page
from tests.stacks.conftest import ROOT

PAGE = ROOT / "docs" / "state-machines.md"


def test_the_page_is_up_to_date() -> None:
    assert page() == PAGE.read_text(), "run: python -m stacks.workflows.diagram > docs/state-machines.md"


def test_the_command_prints_the_page() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "stacks.workflows.diagram"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout == page()


def test_every_state_is_drawn_and_every_arrow_leads_to_one() -> None:
    charts = re.findall(r"```mermaid\n(.*?)```", page(), re.DOTALL)
    for definition, chart in zip((TRAINING, TRANSFORM), charts, strict=True):
        outer = load(definition)["States"]
        inner = outer["TrainCandidates"]["ItemProcessor"]["States"] if definition == TRAINING else {}
        drawn = set(re.findall(r"^ +(?:subgraph )?(\w+)(?=[\[({]|$)", chart, re.MULTILINE)) - {"start", "end"}
        assert drawn == {*outer, *inner}
        # The first state of an iteration has no arrow.
        assert set(re.findall(r"> (\w+)$", chart, re.MULTILINE)) == drawn - {"InitializeAttempt"}
