"""Which topics of a new model continue those of the model that serves.

A topic keeps its number for as long as a topic of the next model has enough of its words. Numbers are never
used again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from evaluate_model.topics.assignment import assign
from evaluate_model.topics.topic import overlap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evaluate_model.topics.topic import Topic

_SAME_TOPIC: Final = 0.3  # of the top words' probability, which both have


@dataclass(frozen=True)
class Identities:
    """The identities of a model's topics.

    Attributes
    ----------
    ids
        The identity of each topic.
    overlaps
        With the topic that each continues; None for a new one.
    gone
        The identities that the serving model has, and this one has no more.
    next_id
        The smallest number that no topic has had yet.
    """

    ids: list[int]
    overlaps: list[float | None]
    gone: list[int]
    next_id: int

    @classmethod
    def of_first(cls, number: int) -> Identities:
        """Return the identities of a model that continues none."""
        return cls(list(range(number)), [None] * number, [], number)

    @classmethod
    def on_record(cls, evaluation: Mapping[str, Any] | None, number: int) -> Identities:
        """Return those of the model that serves, from its evaluation; new ones where it has none."""
        found = (evaluation or {}).get("identities")
        try:
            known = cls(**found) if isinstance(found, dict) else None
        except TypeError:
            known = None
        return known if known and len(known.ids) == number else cls.of_first(number)

    @property
    def new(self) -> list[int]:
        """The topics, by their rows, that continue none."""
        return [topic for topic, value in enumerate(self.overlaps) if value is None]

    def to_dict(self) -> dict[str, Any]:
        """Return the identities for evaluation.json."""
        return asdict(self)


def identify(new: Sequence[Topic], old: Sequence[Topic], known: Identities) -> Identities:
    """Return the identities of new topics: those of the serving topics that they continue, or new ones.

    Pairs are assigned so that the sum of their overlaps is largest; a pair with a smaller overlap than 0.3 is
    none.

    Parameters
    ----------
    new, old
        The topics of both models, over the same vocabulary.
    known
        The identities of the old ones.
    """
    values = [[overlap(one, other) for other in old] for one in new]
    continued = {row: column for row, column in assign(values) if values[row][column] >= _SAME_TOPIC}
    next_id, ids = known.next_id, []
    for row in range(len(new)):
        if row in continued:
            ids.append(known.ids[continued[row]])
        else:
            ids.append(next_id)
            next_id += 1
    overlaps = [values[row][continued[row]] if row in continued else None for row in range(len(new))]
    gone = [each for column, each in enumerate(known.ids) if column not in continued.values()]
    return Identities(ids, overlaps, gone, next_id)


def describe(identities: Identities, topics: Sequence[Mapping[str, Any]]) -> str:
    """Say in a sentence which topics continue; "" if there was no model before.

    Parameters
    ----------
    identities
        Those of the new model.
    topics
        The new topics' words, if they are known.
    """
    continued = len(identities.ids) - len(identities.new)
    before = continued + len(identities.gone)
    if not before:
        return ""
    words = {topic["id"]: ", ".join(topic["words"][:3]) for topic in topics}
    new = [
        f"{identities.ids[row]} ({words[row]})" if row in words else f"{identities.ids[row]}"
        for row in identities.new
    ]
    return (
        f"{continued} of the serving model's {before} topics continue"
        f"{'; gone: ' + ', '.join(map(str, identities.gone)) if identities.gone else ''}"
        f"{'; new: ' + ', '.join(new) if new else ''}."
    )
