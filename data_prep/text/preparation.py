"""What turns a new text into counts, kept next to the model: preparation.json and vocabulary.txt."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from data_prep.inputs.vocabulary import parse_vocabulary
from data_prep.text.counting import count
from data_prep.text.errors import TextError
from data_prep.text.segmenters import SEGMENTED
from data_prep.text.settings import MAX_NGRAMS, check_pattern, check_vocabulary
from data_prep.text.tokens import TokenRules

PREPARATION, VOCABULARY = "preparation.json", "vocabulary.txt"
SCHEMA = 1
MAX_BYTES = 2**20  # of preparation.json
_MAX_STOP_WORDS = 50_000


class TextCounts(NamedTuple):
    """The counts (D, V) of texts; of each text the tokens that aren't stop words, and the unknown ones."""

    counts: sparse.csr_array
    tokens: NDArray[np.int64]
    unknown: NDArray[np.int64]


@dataclass(frozen=True)
class Preparation:
    """What a token is, and the words of the vocabulary.

    Parameters
    ----------
    rules
        What a token is.
    longest
        The longest sequence of tokens that may be a word: 1 to 3.
    language
        The language of the stop words, or "none".
    vocabulary
        The V words, in the order of the counts' columns.
    """

    rules: TokenRules
    longest: int
    language: str
    vocabulary: tuple[str, ...]

    def counts(self, texts: Sequence[str]) -> TextCounts:
        """Count the words of texts.

        Parameters
        ----------
        texts
            D strings.

        Returns
        -------
        TextCounts
            Of D rows and V columns.
        """
        batch = count(pl.Series("text", list(texts), pl.String), self.rules, self.longest)
        columns = self.columns(batch.terms)
        single = np.asarray(batch.words == 1)
        return TextCounts(
            select_columns(batch.counts, columns, len(self.vocabulary)),
            np.asarray(batch.counts @ single.astype(np.int64)),
            np.asarray(batch.counts @ (single & (columns < 0)).astype(np.int64)),
        )

    def columns(self, terms: pl.Series) -> NDArray[np.int64]:
        """Return the column of each term, -1 for those that aren't in the vocabulary."""
        # A binary search: a join would hash the whole vocabulary for every batch of terms.
        words, columns = self._sorted
        place = np.minimum(words.search_sorted(terms).to_numpy(), len(words) - 1)
        return np.where(words.gather(place).eq(terms).to_numpy(), columns[place], -1)

    @cached_property
    def _sorted(self) -> tuple[pl.Series, NDArray[np.int64]]:
        """The words in the order of their bytes, and the column of each."""
        words = pl.Series("term", self.vocabulary, pl.String)
        order = words.arg_sort()
        return words.gather(order), order.to_numpy().astype(np.int64)

    def to_json(self) -> str:
        """Return the content of preparation.json; the vocabulary is a file of its own."""
        document = {
            "schema": SCHEMA,
            "language": self.language,
            "token_pattern": self.rules.pattern,
            "numbers": self.rules.numbers,
            "segmenter": self.rules.segmenter,
            "longest": self.longest,
            "vocabulary_sha256": _digest(self.vocabulary),
            "stop_words": sorted(self.rules.stop_words),
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(
        cls, text: str | bytes, vocabulary: Sequence[str], name: str = PREPARATION
    ) -> "Preparation":
        """Parse preparation.json.

        Parameters
        ----------
        text
            What `to_json` returned.
        vocabulary
            The words of vocabulary.txt.
        name
            The file, for an error message.

        Raises
        ------
        TextError
            It isn't a preparation, or the vocabulary is another.
        """
        try:
            document = json.loads(text)
            preparation = cls(
                _rules(document), _longest(document), str(document["language"]), tuple(vocabulary)
            )
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise TextError(f"{name} isn't the preparation of a text: {error!r}.") from error
        check_vocabulary(preparation.vocabulary)
        if document.get("vocabulary_sha256") != _digest(preparation.vocabulary):
            raise TextError(f"{name} belongs to another vocabulary: prepare the text again.")
        return preparation

    def save(self, folder: Path) -> None:
        """Write preparation.json and vocabulary.txt into a folder."""
        (folder / VOCABULARY).write_bytes(("\n".join(self.vocabulary) + "\n").encode())
        (folder / PREPARATION).write_bytes(self.to_json().encode())

    @classmethod
    def load(cls, folder: Path) -> "Preparation":
        """Read preparation.json and vocabulary.txt of a folder.

        Raises
        ------
        TextError
            A file isn't what it should be.
        OSError
            A file is missing.
        """
        words = parse_vocabulary((folder / VOCABULARY).read_bytes(), str(folder / VOCABULARY))
        with (folder / PREPARATION).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise TextError(f"{folder / PREPARATION} has more than {MAX_BYTES} bytes.")
        return cls.from_json(content, words, str(folder / PREPARATION))


def select_columns(counts: sparse.csr_array, columns: NDArray[np.int64], width: int) -> sparse.csr_array:
    """Return counts whose column i becomes columns[i]; those of -1 are left out."""
    new = columns[counts.indices]
    kept = new >= 0
    starts = np.concatenate(([0], np.cumsum(kept)))[counts.indptr]
    index = np.int32 if max(width, int(starts[-1])) < 2**31 else np.int64
    selected = sparse.csr_array(
        (counts.data[kept].astype(np.float32), new[kept].astype(index), starts.astype(index)),
        shape=(counts.shape[0], width),
    )
    used = columns[columns >= 0]
    # Terms that stand in the vocabulary's order leave the columns sorted.
    selected.has_sorted_indices = bool(counts.has_sorted_indices and (np.diff(used) > 0).all())
    selected.sort_indices()
    return selected


def _digest(vocabulary: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(vocabulary).encode()).hexdigest()


def _rules(document: dict[str, Any]) -> TokenRules:
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']!r}, and only {SCHEMA} is known")
    pattern, words, segmenter = document["token_pattern"], document["stop_words"], document["segmenter"]
    if pattern is not None:
        check_pattern(pattern)
    if not (
        isinstance(words, list) and len(words) <= _MAX_STOP_WORDS and all(isinstance(w, str) for w in words)
    ):
        raise ValueError("stop_words is no list of words")
    if segmenter is not None and segmenter not in SEGMENTED:
        raise ValueError(f"there is no segmenter for {segmenter!r}")
    if not isinstance(document["numbers"], bool):
        raise TypeError("numbers is neither true nor false")
    return TokenRules(pattern, document["numbers"], frozenset(words), segmenter)


def _longest(document: dict[str, Any]) -> int:
    longest = document["longest"]
    if type(longest) is not int or not 1 <= longest <= MAX_NGRAMS:
        raise ValueError(f"longest is {longest!r}, not 1, 2 or 3")
    return longest
