import io
import time

import pytest

from client.demo.terminal import Terminal


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_step_prints_its_number_title_and_duration() -> None:
    out = io.StringIO()
    terminal = Terminal(10, out)
    with terminal.step(1, "Installed", spent=41.5):
        terminal.print("one\ntwo")
    lines = out.getvalue().strip().splitlines()
    assert lines[:3] == ["[ 1/10] Installed", "       one", "       two"]
    assert lines[3].strip().startswith("done in 41.5 s")


def test_a_failed_step_prints_no_duration_and_remains_the_current_step() -> None:
    terminal = Terminal(10, io.StringIO())
    with pytest.raises(KeyError), terminal.step(3, "Deploy"):
        raise KeyError
    assert terminal.current_step == "step 3 (Deploy)"
    assert "done" not in terminal.out.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above


def test_progress_starts_after_two_seconds_and_rewrites_its_line_on_a_terminal() -> None:
    out = Tty()
    terminal = Terminal(10, out)
    terminal.progress(time.monotonic(), "too early")
    assert out.getvalue() == ""
    terminal.progress(time.monotonic() - 7, "DevStorage | 3/5")
    terminal.print("done")
    assert out.getvalue() == "\r\033[K       ... 7 s  DevStorage | 3/5\r\033[K       done\n"


def test_progress_in_a_file_is_printed_in_lines_at_an_interval() -> None:
    out = io.StringIO()
    terminal = Terminal(10, out)
    for _ in range(3):
        terminal.progress(time.monotonic() - 7, "DevStorage")
    assert out.getvalue() == "       ... 7 s  DevStorage\n"


def test_a_truncated_line_has_no_log_timestamp_and_fits_the_width() -> None:
    out = io.StringIO()
    Terminal(10, out).print_truncated("| [11/22/2026 10:45:07 INFO 139633102941056] Restart 1/10" + "." * 200)
    [line] = out.getvalue().splitlines()
    assert line.startswith("       | Restart 1/10...")
    assert len(line) == 120


def test_long_lines_are_wrapped_between_words_only() -> None:
    out = io.StringIO()
    url = f"s3://{'b' * 90}/model.tar.gz"
    Terminal(10, out).print(f"{'word ' * 20}\n\n    table   with   spaces\n{url}")
    lines = out.getvalue().splitlines()
    assert [len(line) <= 80 for line in lines] == [True, True, True, True, False]
    assert " ".join(" ".join(lines[:2]).split()) == ("word " * 20).strip()
    assert lines[2:] == ["", "           table   with   spaces", f"       {url}"]
