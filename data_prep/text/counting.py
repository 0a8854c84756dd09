"""The counts of one batch of documents over the terms that occur in it."""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from data_prep.text.tokens import TokenRules, Tokens, tokenise

SEPARATOR = " "  # between the words of an n-gram


class BatchCounts(NamedTuple):
    """Counts (D, T) of the terms of a batch, and the number of words in each term."""

    terms: pl.Series
    words: NDArray[np.uint8]
    counts: sparse.csr_array


def count(texts: pl.Series, rules: TokenRules, longest: int) -> BatchCounts:
    """Count the terms of documents.

    Parameters
    ----------
    texts
        (D,) strings.
    rules
        What a token is.
    longest
        The longest sequence of tokens that is a term: 1 to 3.
    """
    tokens = tokenise(texts, rules)
    parts = [BatchCounts(tokens.terms, np.ones(len(tokens.terms), np.uint8), _matrix(tokens))]
    for length in range(2, longest + 1):
        grams = _ngrams(tokens, length)
        parts.append(BatchCounts(grams.terms, np.full(len(grams.terms), length, np.uint8), _matrix(grams)))
    if len(parts) == 1:
        return parts[0]
    return BatchCounts(
        pl.concat([part.terms for part in parts]),
        np.concatenate([part.words for part in parts]),
        sparse.csr_array(sparse.hstack([part.counts for part in parts], format="csr")),
    )


def _matrix(tokens: Tokens) -> sparse.csr_array:
    starts = np.concatenate(([0], tokens.ends))
    ones = np.ones(tokens.codes.size, np.int32)
    shape = (tokens.ends.size, len(tokens.terms))
    # By columns and back: a counting sort, several times as fast as sorting each row.
    by_column = sparse.csr_array((ones, tokens.codes, starts), shape=shape).tocsc()
    by_column.sum_duplicates()
    return by_column.tocsr()


def _ngrams(tokens: Tokens, length: int) -> Tokens:
    """Return the sequences of so many neighbours in a document as tokens."""
    codes, ends = tokens.codes, tokens.ends
    documents = np.repeat(np.arange(ends.size), np.diff(ends, prepend=0))
    first = np.arange(max(codes.size - length + 1, 0))
    first = first[documents[first] == documents[first + length - 1]] if first.size else first
    frame = pl.DataFrame({str(place): codes[first + place] for place in range(length)})
    unique = frame.unique(maintain_order=True).with_row_index("code")
    index = frame.join(unique, on=frame.columns, how="left", maintain_order="left")["code"]
    words = [tokens.terms.gather(unique[str(place)]) for place in range(length)]
    names = [pl.Series(str(place), series) for place, series in enumerate(words)]
    terms = pl.DataFrame(names).select(pl.concat_str(pl.all(), separator=SEPARATOR).alias("term"))["term"]
    per_document = np.bincount(documents[first], minlength=ends.size) if first.size else np.zeros(ends.size)
    return Tokens(terms, index.to_numpy().astype(np.int32), np.cumsum(per_document).astype(np.int64))
