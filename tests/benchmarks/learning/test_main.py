"""The table of the benchmark of learning from text."""

from benchmarks.learning.__main__ import row


def test_times_are_compared_with_ours() -> None:
    seconds = {"topics learn": [3.0, 1.0, 2.0], "scikit-learn": [20.0], "pyrmallet": [5.0, 6.0]}
    assert row(20, seconds) == "| 20 | 2.0 | 20.0 (10.0x) | 5.5 (2.8x) |"
