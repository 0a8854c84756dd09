"""Progress is shown on a terminal only."""

import io
import re
import sys
from collections.abc import Callable

import pytest

from data_prep.progress import Progress, spinner

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[Tty, io.StringIO])
def redirected(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], io.StringIO]:
    """A function that makes stderr a terminal, or a pipe, as pytest sets it anew for the test itself."""

    def redirect() -> io.StringIO:
        for variable, value in {"COLUMNS": "80", "TERM": "xterm"}.items():
            monkeypatch.setenv(variable, value)
        stream: io.StringIO = request.param()
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    return redirect


def test_a_spinner_has_the_description(redirected: Callable[[], io.StringIO]) -> None:
    err = redirected()
    with spinner("Listing [resources]"):
        pass
    assert ("Listing [resources] ..." in err.getvalue()) is err.isatty()


def test_a_bar_has_the_stage_and_how_much_is_done(redirected: Callable[[], io.StringIO]) -> None:
    err = redirected()
    with Progress() as progress:
        progress.stage("Counting the words", "documents")
        for done in (1000, 2000):
            progress.advance(done, 4000)
    shown = CONTROL.sub("", err.getvalue())
    assert ("Counting the words" in shown) is err.isatty()
    assert ("2,000/4,000 documents" in shown) is err.isatty()
    assert max(map(len, shown.splitlines()), default=0) <= 80


def test_a_stage_replaces_the_one_before_it_and_says_its_step(redirected: Callable[[], io.StringIO]) -> None:
    err = redirected()
    with Progress() as progress:
        progress.stage("Reading")
        progress.stage("Learning 5 topics")
        progress.step("EM iteration 1")
    shown = [line for line in CONTROL.sub("", err.getvalue()).splitlines() if line.strip()]
    last = shown[-1] if shown else ""
    assert ("EM iteration 1" in last) is err.isatty()
    assert "Reading" not in last
