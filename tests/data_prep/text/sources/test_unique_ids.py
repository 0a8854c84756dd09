import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.text.errors import SourceError
from data_prep.text.sources.unique_ids import UniqueIds

frames = st.lists(st.lists(st.integers(0, 60).map(str), max_size=8), max_size=12)


@given(frames=frames)
def test_an_id_is_refused_exactly_if_it_occurred(frames: list[list[str]]) -> None:
    ids = UniqueIds()
    ids.begin("a")
    seen: dict[str, int] = {}
    for frame in frames:
        duplicate = False
        for identifier in frame:
            duplicate |= identifier in seen
            seen.setdefault(identifier, len(seen))
        if duplicate:
            with pytest.raises(SourceError, match="occurs twice"):
                ids.add(pl.Series(frame, dtype=pl.String))
            return
        ids.add(pl.Series(frame, dtype=pl.String))


@pytest.mark.parametrize("document", [0, 1234, 3949, 3999])
def test_both_places_are_named_among_many(document: int) -> None:
    ids = UniqueIds()
    for part in range(40):
        ids.begin(f"part-{part}")
        ids.add(pl.Series(range(part * 100, part * 100 + 100)).cast(pl.String))
    ids.begin("last")
    ids.add(pl.Series(["x"]))
    part, row = divmod(document, 100)
    problem = rf"'{document}' occurs twice: part-{part}, document {row} \(from 0\), and last, document 2 "
    with pytest.raises(SourceError, match=problem):
        ids.add(pl.Series(["y", str(document)]))


@pytest.mark.parametrize("missing", ["", None])
def test_a_missing_id_is_refused(missing: str | None) -> None:
    ids = UniqueIds()
    ids.begin("a")
    with pytest.raises(SourceError, match=r"a, document 1 \(from 0\) has no id"):
        ids.add(pl.Series(["x", missing]))
