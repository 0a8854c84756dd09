"""The columns of a table: which one holds the text."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from data_prep.text.errors import TextError
from data_prep.text.sources.options import SourceOptions

_USUAL = ("text", "body", "content", "document", "abstract", "message", "description", "review", "tweet")
_LONG = 20  # characters of a text, in the mean
_MUCH_LONGER = 3
_SHOWN = 30


def choose_columns(
    names: Sequence[str], sample: Sequence[Sequence[str]], options: SourceOptions, where: str
) -> Mapping[str, int]:
    """Return the position of the column of text, and of those of ids, labels and dates.

    Parameters
    ----------
    names
        The columns' names.
    sample
        The first rows.
    options
        What the user said.
    where
        The file, for error messages.

    Raises
    ------
    TextError
        There is no such column, or no single column holds text.
    """
    chosen = {role: _position(name, names, sample, where) for role, name in options.named.items()}
    if "text" not in chosen:
        chosen["text"] = _guess(names, sample, set(chosen.values()), where)
    return chosen


def _position(name: str, names: Sequence[str], sample: Sequence[Sequence[str]], where: str) -> int:
    if name in names:
        return list(names).index(name)
    folded = [each.strip().casefold() for each in names]
    if folded.count(name.strip().casefold()) == 1:
        return folded.index(name.strip().casefold())
    if name.isdecimal() and 1 <= int(name) <= len(names):
        return int(name) - 1
    raise TextError(f"{where} has no column {name!r}. {_overview(names, sample)}")


def _guess(names: Sequence[str], sample: Sequence[Sequence[str]], taken: set[int], where: str) -> int:
    lengths = {
        position: fmean([len(row[position]) for row in sample] or [0])
        for position in range(len(names))
        if position not in taken
    }
    if len(lengths) == 1:
        return next(iter(lengths))
    usual = [position for position in lengths if names[position].strip().casefold() in _USUAL]
    if len(usual) == 1:
        return usual[0]
    longest, *others = sorted(lengths, key=lambda position: -lengths[position]) or [-1]
    if longest >= 0 and lengths[longest] >= max(_LONG, _MUCH_LONGER * lengths[others[0]]):
        return longest
    raise TextError(
        f"{where} has several columns that could be the text: name one with --column."
        f" {_overview(names, sample)}"
    )


def _overview(names: Sequence[str], sample: Sequence[Sequence[str]]) -> str:
    first = sample[0] if sample else [""] * len(names)
    shown = [f"{name} ({_shortened(value)})" for name, value in zip(names, first, strict=True)]
    return f"Its columns: {', '.join(shown[:_SHOWN])}."


def _shortened(value: str) -> str:
    one_line = " ".join(value.split())
    return f"{one_line[:_SHOWN]}..." if len(one_line) > _SHOWN else one_line
