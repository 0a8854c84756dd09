import gzip
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_prep.text.errors import SourceError


@pytest.mark.parametrize("kept", [3, 6, 200, -8])
def test_a_truncated_file_is_an_error(kept: int, read: Any) -> None:
    pl.DataFrame({"text": ["words"] * 50}).write_parquet("a.parquet")
    Path("a.parquet").write_bytes(Path("a.parquet").read_bytes()[:kept])
    with pytest.raises(SourceError, match=r"a\.parquet (can't be read as|is not) Parquet"):
        read("a.parquet")


def test_columns_of_all_kinds_become_text(read: Any) -> None:
    table = pl.DataFrame(
        {
            "id": [5, 6],
            "text": pl.Series(["a", None], dtype=pl.Categorical),
            "tags": [["x"], ["y"]],
            "at": [datetime(2026, 1, 2, 3, 4, tzinfo=UTC), None],
            "raw": [b"\xff", b"b"],
        }
    )
    table.write_parquet("a.parquet")
    first, second = read("a.parquet", column="text", id_column="id", label_column="id", date_column="at")
    assert (first[:3], second) == (("5", "a", "5"), ("6", "", "6", None))
    assert str(first[3]).startswith("2026-01-02 03:04:00")
    with pytest.raises(SourceError, match="no column 'tags'"):
        read("a.parquet", column="tags")
    with pytest.raises(SourceError, match=r"a\.parquet can't be read as Parquet"):
        read("a.parquet", column="raw")


@pytest.mark.parametrize("frame_bytes", [1, 500, 1 << 20])
def test_row_groups_and_frames_do_not_change_the_documents(frame_bytes: int, read: Any) -> None:
    texts = [f"text {number} " * (number % 7) for number in range(500)]
    pl.DataFrame({"text": texts}).write_parquet("a.parquet", row_group_size=64)
    assert [row[1] for row in read("a.parquet", frame_bytes=frame_bytes)] == texts


def test_a_compressed_file_leaves_no_copy_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Any
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    pl.DataFrame({"text": ["words"]}).write_parquet("a")
    Path("a.parquet.gz").write_bytes(gzip.compress(Path("a").read_bytes()))
    assert read("a.parquet.gz") == [("0", "words", None, None)]
    assert list((tmp_path / "temporary").iterdir()) == []
