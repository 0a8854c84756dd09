"""The sample of a split's shards that is read, so that a check takes seconds for any number of shards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from common.manifest import Shard

# Two requests for each: those for five hundred take one to two seconds of a processor.
MAX_SHARDS: Final = 500


def sample_shards(shards: Sequence[Shard], changed: Collection[str]) -> list[Shard]:
    """Return the shards to read, in their order: all, or MAX_SHARDS of them.

    Parameters
    ----------
    changed
        The keys of those that were written after the manifest. Up to half of the sample are theirs; the
        others are taken at equal distances from the first to the last.
    """
    if len(shards) <= MAX_SHARDS:
        return list(shards)
    sample = set(_spread([shard.key for shard in shards if shard.key in changed], MAX_SHARDS // 2))
    others = [shard.key for shard in shards if shard.key not in sample]
    sample.update(_spread(others, MAX_SHARDS - len(sample)))
    return [shard for shard in shards if shard.key in sample]


def _spread(keys: list[str], count: int) -> list[str]:
    if len(keys) <= count:
        return keys
    return [keys[number * (len(keys) - 1) // (count - 1)] for number in range(count)]
