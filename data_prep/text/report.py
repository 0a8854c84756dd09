"""What the preparation of a corpus kept and left out."""

from dataclasses import asdict, dataclass
from typing import Any

from data_prep.text.settings import NONE


@dataclass(frozen=True)
class Report:
    """The facts about a prepared corpus.

    Parameters
    ----------
    documents, empty, duplicates
        All documents; those without a word of the vocabulary; those with the same words, equally often, as an
        earlier one. None of them is left out.
    tokens, kept
        Tokens that are no stop words, and those of them that the vocabulary has.
    words
        The size of the vocabulary.
    rare, frequent, beyond
        Words in too few documents, in too many, and beyond the largest vocabulary.
    min_documents, max_documents
        The limits that these words were compared with.
    language, stop_words, coverage
        The language whose stop words were left out, how many there are, and which share of the tokens of the
        first documents they were.
    """

    documents: int
    empty: int
    duplicates: int
    tokens: int
    kept: int
    words: int
    rare: int
    frequent: int
    beyond: int
    min_documents: int
    max_documents: int
    language: str
    stop_words: int
    coverage: float

    def to_dict(self) -> dict[str, Any]:
        """Return the facts for JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Describe the preparation for a person."""
        stop = (
            f"without {self.stop_words:,} stop words ({self.language})"
            if self.stop_words
            else "no stop words left out"
        )
        lines = [
            f"{self.documents:,} documents, {self.kept:,} tokens, {self.words:,} words",
            f"  words in {self.min_documents:,} to {self.max_documents:,} documents, {stop}",
        ]
        if self.beyond:
            lines.append(f"  {self.beyond:,} words are beyond the largest vocabulary")
        if self.language == NONE and not self.stop_words:
            lines.append("  the language was not recognised: name it with --language, such as en")
        if self.empty or self.duplicates:
            lines.append(
                f"  {self.empty:,} documents have none of these words; {self.duplicates:,} have the same"
                " words as an earlier one"
            )
        return lines
