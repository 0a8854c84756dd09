from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_prep.text.sources import SourceOptions, read_documents

Read = Callable[..., list[tuple[str, str, str | None, str | None]]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which each test runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def read() -> Read:
    """Read a source: its documents as (id, text, label, date)."""

    def documents(source: str | Path, **options: Any) -> list[tuple[str, str, str | None, str | None]]:
        frames = list(read_documents(source, options=SourceOptions(**options)))
        assert all(
            frame.schema == dict.fromkeys(["id", "text", "label", "date"], pl.String) for frame in frames
        )
        return [row for frame in frames for row in frame.rows()]

    return documents
