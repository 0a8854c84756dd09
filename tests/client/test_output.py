"""Tables adapt to a terminal; pipes receive plain lines."""

import io
import sys
from collections.abc import Sequence

import pytest

from client.output import print_table

JOB = "lda-dev-2026-01-01-monday-0badcafe-0"
ARN = "arn:aws:sts::123456789012:assumed-role/administrator/somebody@example.com"
TABLE: list[Sequence[str]] = [
    ["training job", "dataset", "test:pwll", "started by"],
    [JOB, "nips", "-2.5", ARN],
    ["job", "", "", ""],
]


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_table_in_a_pipe_has_one_line_per_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(TABLE)
    assert capsys.readouterr().out.splitlines() == [
        f"{'training job':{len(JOB)}}  dataset  test:pwll  started by",
        f"{JOB}  nips     -2.5       {ARN}",
        "job",
    ]


def test_a_table_on_a_terminal_is_folded_to_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Tty()
    monkeypatch.setattr(sys, "stdout", out)
    for variable, value in {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(variable, value)
    print_table(TABLE)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "".join(line[lines[0].index("started by") :] for line in lines[1:]).replace(" ", "") == ARN
