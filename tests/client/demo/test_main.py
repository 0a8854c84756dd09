"""The end of the demo: it names the step, and stops the processes that it started."""

import io
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from client.demo import __main__ as demo
from client.errors import INTERRUPTED, UserError

Output = pytest.CaptureFixture[str]


class FakeSteps:
    """Ten steps without an effect; upload calls `fail`."""

    fail: Callable[[], Any] = staticmethod(lambda: None)
    deployment = None

    def __init__(self, *_parts: object) -> None:
        pass

    def __getattr__(self, step: str) -> Callable[..., str]:
        def run_step(*_arguments: object) -> str:
            if step == "upload":
                self.fail()
            return "s3://bucket/model.tar.gz"

        return run_step


class FakeServer:
    """Records its calls."""

    calls: list[str]

    def __init__(self, *_parts: object) -> None:
        type(self).calls = []

    def stop(self, *, delete: bool) -> None:
        self.calls.append(f"stop, delete={delete}")

    def keep(self) -> None:
        self.calls.append("keep")


@pytest.fixture(autouse=True)
def _restore_signal_handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    def run_demo(*arguments: str, fail: Callable[[], Any] = lambda: None) -> int:
        monkeypatch.setattr(FakeSteps, "fail", staticmethod(fail))
        monkeypatch.setattr(demo, "Steps", FakeSteps)
        monkeypatch.setattr(demo, "LocalAwsServer", FakeServer)
        monkeypatch.setattr(demo, "next_steps", lambda *_parts: "how to go on")
        return demo.main(["--folder", str(tmp_path / "demo"), *arguments])

    return run_demo


def test_all_ten_steps_are_printed_and_the_server_is_deleted(run: Callable[..., int], capsys: Output) -> None:
    assert run() == 0
    out = capsys.readouterr().out
    assert [f"[{number:2}/10]" in out for number in range(1, 11)] == [True] * 10
    assert FakeServer.calls == ["stop, delete=True"]


def test_every_line_of_the_steps_fits_80_columns(run: Callable[..., int], capsys: Output) -> None:
    run()
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_a_kept_demo_ends_before_destroying_and_prints_the_next_steps(
    run: Callable[..., int], capsys: Output
) -> None:
    assert run("--keep") == 0
    out = capsys.readouterr().out
    assert "[10/10]" not in out
    assert "how to go on" in out
    assert FakeServer.calls == ["keep"]


def test_the_arguments_of_the_makefile_are_accepted(run: Callable[..., int]) -> None:
    assert run("--install-seconds", "12", "--keep", "--port", "4600") == 0


def test_a_wrong_argument_is_reported_with_exit_code_2(run: Callable[..., int], capsys: Output) -> None:
    assert run("--port", "here") == 2
    assert "'here' is not a valid integer" in capsys.readouterr().err


def raise_user_error() -> None:
    raise UserError("the bucket is gone")


def test_the_server_is_stopped_after_the_reader_closed_the_pipe(
    run: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    class ClosedPipe(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", ClosedPipe())
    monkeypatch.setattr(sys, "stderr", ClosedPipe())
    assert run() == 1
    assert FakeServer.calls == ["stop, delete=False"]


def raise_sigterm() -> None:
    signal.raise_signal(signal.SIGTERM)


def raise_sigterm_in_a_finalizer() -> None:
    """Python ignores the exceptions of finalizers."""

    class Closed:
        pass

    closed = Closed()
    weakref.finalize(closed, signal.raise_signal, signal.SIGTERM)
    del closed
    threading.Event().wait(30)


def test_an_interrupt_in_a_finalizer_is_not_lost(run: Callable[..., int], capsys: Output) -> None:
    assert run(fail=raise_sigterm_in_a_finalizer) == INTERRUPTED
    assert "Interrupted in step 5" in capsys.readouterr().err


def test_an_error_names_the_step_the_reason_and_the_logs_and_stops_the_server(
    run: Callable[..., int], capsys: Output
) -> None:
    assert run(fail=raise_user_error) == 1
    err = capsys.readouterr().err
    assert "Failed in step 5" in err
    assert "the bucket is gone" in err
    assert "Logs: " in err
    assert FakeServer.calls == ["stop, delete=False"]


def test_a_signal_ends_the_demo_with_a_sentence_and_stops_the_server(
    run: Callable[..., int], capsys: Output
) -> None:
    assert run(fail=raise_sigterm) == 130
    assert "Interrupted in step 5" in capsys.readouterr().err
    assert FakeServer.calls == ["stop, delete=False"]


def test_a_signal_while_the_server_is_deleted_stops_it(
    run: Callable[..., int], capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = FakeServer.stop

    def interrupted_stop(server: FakeServer, *, delete: bool) -> None:
        stop(server, delete=delete)
        if delete:
            raise_sigterm()

    monkeypatch.setattr(FakeServer, "stop", interrupted_stop)
    assert run() == 130
    assert "Interrupted in step 10" in capsys.readouterr().err
    assert FakeServer.calls == ["stop, delete=True", "stop, delete=False"]


def test_an_unexpected_exception_stops_the_server_too(run: Callable[..., int]) -> None:
    with pytest.raises(ZeroDivisionError):
        run(fail=lambda: 1 / 0)
    assert FakeServer.calls == ["stop, delete=False"]
