"""Counts as they were read from a file, with what the file says about its words and documents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

MAX_GAPS = 100  # documents per entry that a file may have: empty documents take memory too


@dataclass(frozen=True)
class Counts:
    """The counts of a file.

    Parameters
    ----------
    matrix
        (D, V) an array or csr array: the numbers as they are, not yet checked to be counts.
    description
        How the file was understood.
    vocabulary
        The V words, if the file has them.
    ids
        The D documents' ids, if the file has them.
    """

    matrix: Any
    description: str
    vocabulary: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """What isn't to be recognised from a file's content.

    Parameters
    ----------
    form
        The file's form, by its name.
    words
        How many words there are, such as those of the vocabulary or of a model.
    index_base
        Whether words are numbered from 0 or from 1.
    header, index_column
        Whether the first line of a table names the words, and its first column the documents.
    """

    form: str | None = None
    words: int | None = None
    index_base: Literal[0, 1] | None = None
    header: bool | None = None
    index_column: bool | None = None


@dataclass(frozen=True)
class Entries:
    """Counts by the numbers of their documents and words.

    `numbered` is whether documents are numbered in the file too; `base` is known from some formats.
    """

    documents: NDArray[np.int64]
    words: NDArray[np.int64]
    counts: NDArray[np.float64]
    name: str
    form: str
    numbered: bool = False
    base: int | None = None
    shape: tuple[int | None, int | None] = (None, None)
    notes: list[str] = field(default_factory=list)


def assemble(entries: Entries, options: LoadOptions, vocabulary: Sequence[str] | None = None) -> Counts:
    """Return entries as a matrix: the vocabulary says how many words there are, otherwise the largest number.

    Raises
    ------
    ValueError
        A number is beyond the vocabulary, or below the first; the message names the document.
    """
    words = options.words or (len(vocabulary) if vocabulary else entries.shape[1])
    base, notes = _base(entries, options, words)
    columns = entries.words - base
    rows = entries.documents - (base if entries.numbered else 0)
    width = words if words is not None else int(columns.max(initial=-1)) + 1
    height = entries.shape[0] if entries.shape[0] is not None else int(rows.max(initial=-1)) + 1
    _check_range(entries, columns, width, "word", base)
    _check_range(entries, rows, height, "document", base if entries.numbered else 0)
    if height > MAX_GAPS * (len(rows) + 1):
        raise ValueError(
            f"{entries.name} announces {height} documents but has {len(rows)} entries:"
            " number the documents without gaps."
        )
    matrix = sparse.csr_array((entries.counts, (rows, columns)), shape=(height, width))
    return Counts(matrix, ", ".join([entries.form, *entries.notes, *notes]), _tuple(vocabulary))


def _base(entries: Entries, options: LoadOptions, words: int | None) -> tuple[int, list[str]]:
    """Return the number of the first word, and what to say about it."""
    if options.index_base is not None:
        return options.index_base, [f"words numbered from {options.index_base}"]
    given = entries.base
    if given is not None or not entries.words.size or entries.words.min() == 0:
        return given or 0, []
    if words is not None and entries.words.max() == words:
        return 1, ["words numbered from 1: none is 0, and one is the number of words"]
    if entries.numbered and entries.documents.min() > 0:
        return 1, ["words and documents numbered from 1: none is 0"]
    if words is not None:
        raise ValueError(
            f"{entries.name}: no word is 0 and none is {words}, the number of words, so they may be"
            " numbered from 0 or from 1. Say --index-base 0 or --index-base 1."
        )
    return 0, ["words numbered from 0, though none is 0 (--index-base 1 if it is from 1)"]


def _check_range(entries: Entries, numbers: NDArray[np.int64], limit: int, what: str, base: int) -> None:
    outside = np.flatnonzero((numbers < 0) | (numbers >= limit))
    if outside.size:
        at = int(outside[0])
        raise ValueError(
            f"{entries.name}: document {int(entries.documents[at])} has the {what} {int(numbers[at]) + base},"
            f" but there are {limit} {what}s, numbered from {base}."
        )


def _tuple(words: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(words)
