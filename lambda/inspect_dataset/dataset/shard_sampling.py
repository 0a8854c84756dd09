"""Which shards of a split are looked into, so that a check takes seconds however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from common.manifest import Shard

# Two requests for each: those for five hundred take one to two seconds of a processor.
AT_MOST: Final = 500


def selected(shards: Sequence[Shard], changed: Collection[str]) -> list[Shard]:
    """Return the shards to look into, in their order: all, or of very many the most telling ones.

    Parameters
    ----------
    changed
        The keys of those that were written after the manifest was. Half of the places are theirs; the others
        are taken at equal distances from the first to the last.
    """
    if len(shards) <= AT_MOST:
        return list(shards)
    suspicious = _spread([shard.key for shard in shards if shard.key in changed], AT_MOST // 2)
    taken = set(suspicious)
    others = [shard.key for shard in shards if shard.key not in taken]
    taken.update(_spread(others, AT_MOST - len(taken)))
    return [shard for shard in shards if shard.key in taken]


def _spread(keys: list[str], count: int) -> list[str]:
    if len(keys) <= count:
        return keys
    return [keys[number * (len(keys) - 1) // (count - 1)] for number in range(count)]
