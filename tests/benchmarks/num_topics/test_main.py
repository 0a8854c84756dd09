"""The table and the curve of the benchmark of the number of topics."""

from pathlib import Path
from types import SimpleNamespace

from benchmarks.num_topics.__main__ import row
from benchmarks.num_topics.plot import plot_choice
from spectral_lda.num_topics.choice import Candidate, Choice

CHOICE = Choice(10, (Candidate(10, -2.01, 0.01, 0.02), Candidate(15, -2.0, 0.0, 0.0)))


def test_a_row_has_the_truth_and_both_choices() -> None:
    ladder = Choice(12, CHOICE.candidates)
    shown = row(SimpleNamespace(name="bars"), 10, ladder, CHOICE, 1.25)
    assert shown == "| bars | 10 | 12 | 10 | 10 to 15 | 2 | 1.2 |"
    assert row(SimpleNamespace(name="news"), None, ladder, CHOICE, 1.25).startswith("| news |  | 12 |")


def test_the_curve_is_a_picture(tmp_path: Path) -> None:
    plot_choice(CHOICE, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
