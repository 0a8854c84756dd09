"""Reads the table of docs/promotion-rules.md, for the tests of the function and of the state machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent.parent.parent / "docs" / "promotion-rules.md"
CONDITIONS: Final = {
    "promote": ("true", "false"),
    "require_promotion": ("true", "false"),
    "minimum_pwll": ("none", "reached", "missed"),
    "incumbent": (
        *("none", "as good", "worse by chance", "worse", "redundant"),
        *("other vocabulary", "new vocabulary accepted"),
        *("pwll within tolerance", "pwll worse", "not comparable", "other algorithm"),
    ),
    "when_not_comparable": ("promote", "hold"),
}
RESULTS: Final = ("promoted", "ends as", "reason", "endpoint")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One combination of the conditions, and the results in its row."""

    promote: bool
    require_promotion: bool
    minimum_pwll: str
    incumbent: str
    when_not_comparable: str
    promoted: bool
    last_state: str
    status: str
    reason: str
    endpoint: str

    def __str__(self) -> str:
        flags = f"promote={self.promote}-require={self.require_promotion}-minimum={self.minimum_pwll}"
        return f"{flags}-incumbent={self.incumbent}-{self.when_not_comparable}".replace(" ", "_")


def rows(page: Path = PAGE) -> list[dict[str, str]]:
    """Return the table's rows, column by column."""
    header = [*CONDITIONS, *RESULTS]
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    begin = lines.index(f"| {' | '.join(header)} |") + 2
    rows_ = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[begin:])
    return [dict(zip(header, row, strict=True)) for row in rows_ if len(row) == len(header)]


def rules(table: list[dict[str, str]] | None = None) -> Iterator[Rule]:
    """Return every combination of the conditions with its row, of which there is exactly one."""
    table = rows() if table is None else table
    for combination in product(*CONDITIONS.values()):
        conditions = dict(zip(CONDITIONS, combination, strict=True))
        matching = [
            row for row in table if all(_covers(row[name], value) for name, value in conditions.items())
        ]
        assert len(matching) == 1, f"{conditions} is in {len(matching)} rows"
        (row,) = matching
        last_state, status = row["ends as"].split(", ")
        yield Rule(
            promote=conditions["promote"] == "true",
            require_promotion=conditions["require_promotion"] == "true",
            **{name: conditions[name] for name in ("minimum_pwll", "incumbent", "when_not_comparable")},
            promoted=row["promoted"] == "yes",
            last_state=last_state,
            status=status,
            reason=row["reason"],
            endpoint=row["endpoint"],
        )


def _covers(cell: str, value: str) -> bool:
    return cell == "any" or value in cell.split(" or ")
