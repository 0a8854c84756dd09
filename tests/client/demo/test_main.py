"""How the demo ends: whatever happens, it says where and stops what it started."""

import io
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from client.demo import __main__ as demo
from client.errors import SayableError

Output = pytest.CaptureFixture[str]


class Chapters:
    """Ten steps that do nothing, but for the one that the test lets fail."""

    fails: Callable[[], Any] = staticmethod(lambda: None)
    deployment = None

    def __init__(self, *_parts: object) -> None:
        self.told: list[str] = []

    def __getattr__(self, chapter: str) -> Callable[..., str]:
        def tell(*_arguments: object) -> str:
            if chapter == "upload":
                self.fails()
            return "s3://bucket/model.tar.gz"

        return tell


class Machine:
    """Records what is done with it."""

    done: list[str]

    def __init__(self, *_parts: object) -> None:
        type(self).done = []

    def stop(self, *, delete: bool) -> None:
        self.done.append(f"stop, delete={delete}")

    def keep(self) -> None:
        self.done.append("keep")


@pytest.fixture(autouse=True)
def _signals_stay_as_they_are() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    def demonstrate(*arguments: str, fails: Callable[[], Any] = lambda: None) -> int:
        monkeypatch.setattr(Chapters, "fails", staticmethod(fails))
        monkeypatch.setattr(demo, "Chapters", Chapters)
        monkeypatch.setattr(demo, "Machine", Machine)
        monkeypatch.setattr(demo, "farewell", lambda *_parts: "how to go on")
        monkeypatch.setattr(sys, "argv", ["demo", "--folder", str(tmp_path / "demo"), *arguments])
        return demo.main()

    return demonstrate


def test_all_ten_steps_are_told_and_the_machine_is_forgotten(run: Callable[..., int], capsys: Output) -> None:
    assert run() == 0
    out = capsys.readouterr().out
    assert [f"[{number:2}/10]" in out for number in range(1, 11)] == [True] * 10
    assert Machine.done == ["stop, delete=True"]


def test_a_kept_demo_ends_before_destroying_and_says_how_to_go_on(
    run: Callable[..., int], capsys: Output
) -> None:
    assert run("--keep") == 0
    out = capsys.readouterr().out
    assert "[10/10]" not in out
    assert "how to go on" in out
    assert Machine.done == ["keep"]


def fail() -> None:
    raise SayableError("the bucket is gone")


def test_a_reader_who_went_away_keeps_nothing_from_being_stopped(
    run: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    monkeypatch.setattr(sys, "stderr", Gone())
    assert run() == 1
    assert Machine.done == ["stop, delete=False"]


def interrupt() -> None:
    signal.raise_signal(signal.SIGTERM)


def test_a_failure_names_the_step_the_reason_and_the_logs_and_stops_the_machine(
    run: Callable[..., int], capsys: Output
) -> None:
    assert run(fails=fail) == 1
    err = capsys.readouterr().err
    assert "Failed in step 5" in err
    assert "the bucket is gone" in err
    assert "Logs: " in err
    assert Machine.done == ["stop, delete=False"]


def test_a_signal_ends_the_demo_with_a_sentence_and_stops_the_machine(
    run: Callable[..., int], capsys: Output
) -> None:
    assert run(fails=interrupt) == 130
    assert "Interrupted in step 5" in capsys.readouterr().err
    assert Machine.done == ["stop, delete=False"]


def test_a_mistake_of_the_demo_itself_stops_the_machine_too(run: Callable[..., int]) -> None:
    with pytest.raises(ZeroDivisionError):
        run(fails=lambda: 1 / 0)
    assert Machine.done == ["stop, delete=False"]
