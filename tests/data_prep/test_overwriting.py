"""A file or folder is replaced only if that is meant."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data_prep.overwriting import confirm_overwrite


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], io.StringIO]:
    """A function that makes a terminal, on which a person answers; it returns what is shown there."""

    def at_terminal(text: str) -> io.StringIO:
        shown = Tty()
        monkeypatch.setattr(sys, "stdin", Tty(text))
        monkeypatch.setattr(sys, "stderr", shown)
        return shown

    return at_terminal


def test_a_person_who_agrees_replaces(answer: Callable[[str], io.StringIO], tmp_path: Path) -> None:
    shown = answer("y\n")
    confirm_overwrite(tmp_path, force=False)
    assert f"{tmp_path} exists already. Replace it?" in shown.getvalue()


@pytest.mark.parametrize("text", ["n\n", "\n"])
def test_a_person_who_does_not_agree_keeps(
    answer: Callable[[str], io.StringIO], tmp_path: Path, text: str
) -> None:
    answer(text)
    with pytest.raises(FileExistsError, match="was not replaced"):
        confirm_overwrite(tmp_path, force=False)


def test_without_a_terminal_only_force_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(
        FileExistsError, match="exists already: choose another name, or replace it with --force"
    ):
        confirm_overwrite(tmp_path, force=False)
    confirm_overwrite(tmp_path, force=True)
    confirm_overwrite(tmp_path / "new", force=False)
