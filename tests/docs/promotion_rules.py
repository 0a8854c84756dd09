"""The table of docs/promotion-rules.md, for whoever tests a part of what it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent.parent.parent / "docs" / "promotion-rules.md"
GIVEN: Final = {
    "promote": ("true", "false"),
    "require_promotion": ("true", "false"),
    "minimum_pwll": ("none", "reached", "missed"),
    "incumbent": (
        *("none", "better", "within tolerance", "worse"),
        *("not comparable", "unevaluated", "other algorithm"),
    ),
    "when_not_comparable": ("promote", "hold"),
}
TOLD: Final = ("promoted", "ends as", "reason", "endpoint")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One combination of what is given, and what its row says."""

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
    head = [*GIVEN, *TOLD]
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    begin = lines.index(f"| {' | '.join(head)} |") + 2
    cells = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[begin:])
    return [dict(zip(head, row, strict=True)) for row in cells if len(row) == len(head)]


def rules(table: list[dict[str, str]] | None = None) -> Iterator[Rule]:
    """Return every combination with its row; there is exactly one."""
    table = rows() if table is None else table
    for combination in product(*GIVEN.values()):
        given = dict(zip(GIVEN, combination, strict=True))
        found = [row for row in table if all(_covers(row[name], value) for name, value in given.items())]
        assert len(found) == 1, f"{given} stands in {len(found)} rows"
        last_state, status = found[0]["ends as"].split(", ")
        yield Rule(
            promote=given["promote"] == "true",
            require_promotion=given["require_promotion"] == "true",
            **{name: given[name] for name in ("minimum_pwll", "incumbent", "when_not_comparable")},
            promoted=found[0]["promoted"] == "yes",
            last_state=last_state,
            status=status,
            reason=found[0]["reason"],
            endpoint=found[0]["endpoint"],
        )


def _covers(cell: str, value: str) -> bool:
    return cell == "any" or value in cell.split(" or ")
