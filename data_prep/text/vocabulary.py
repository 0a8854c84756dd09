"""The vocabulary: which of the terms of a corpus become its words."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from data_prep.text.counting import SEPARATOR
from data_prep.text.errors import TextError
from data_prep.text.settings import TextSettings

# Rows of all batches' tables of terms that are merged at a time; more are merged in parts.
_ROWS_AT_A_TIME = 8_000_000
_PAIR = 2  # words
PARTS = 64  # into which every batch's table of terms is divided


class Vocabulary(NamedTuple):
    """The words, in the order of their code points, and the number of terms that are too rare and so on."""

    words: tuple[str, ...]
    terms: int
    rare: int
    frequent: int
    beyond: int


def choose_vocabulary(
    tables: Sequence[Path], rows: int, documents: int, settings: TextSettings
) -> Vocabulary:
    """Choose the words of a corpus.

    Parameters
    ----------
    tables
        The tables of the terms of all batches: term, part, words, df (documents), tf (tokens).
    rows
        How many rows these tables have.
    documents
        How many documents the corpus has.
    settings
        The limits. Words that are in equally many documents are preferred by their tokens, then by their
        code points.

    Raises
    ------
    TextError
        No word is within the limits.
    """
    if settings.vocabulary is not None:
        return Vocabulary(settings.vocabulary, len(settings.vocabulary), 0, 0, 0)
    least, most = settings.min_documents(documents), settings.max_documents(documents)
    at_a_time = max(1, PARTS * _ROWS_AT_A_TIME // max(rows, 1))
    best, total, rare, frequent = pl.DataFrame(), 0, 0, 0
    unigrams = _unigram_counts(tables, settings)
    for start in range(0, PARTS, at_a_time):
        merged = _merge(tables, start, start + at_a_time)
        total += merged.height
        rare += int((merged["df"] < least).sum())
        frequent += int(((merged["df"] > most) & (merged["df"] >= least)).sum())
        candidates = merged.filter(pl.col("df").is_between(least, most))
        if unigrams is not None:
            candidates = _collocations(candidates, unigrams, settings)
        best = pl.concat([best, candidates]) if best.height else candidates
        kept = best.height
        best = best.sort("df", "tf", "term", descending=[True, True, False]).head(settings.max_vocabulary)
    if not best.height:
        raise TextError(_nothing_left(total, documents, least, most))
    return Vocabulary(tuple(best["term"].sort().to_list()), total, rare, frequent, kept - best.height)


def _merge(tables: Sequence[Path], first: int, end: int) -> pl.DataFrame:
    """Return the terms of some parts with their documents and tokens in the corpus."""
    scan = pl.scan_ipc(list(tables)).filter(pl.col("part").is_between(first, end - 1))
    merged = scan.group_by("term").agg(pl.col("df", "tf").sum(), pl.col("words").first())
    return merged.collect(engine="streaming")


def _unigram_counts(tables: Sequence[Path], settings: TextSettings) -> pl.DataFrame | None:
    """Return the tokens of each single word, if collocations are wanted."""
    if settings.collocations is None:
        return None
    scan = pl.scan_ipc(list(tables)).filter(pl.col("words") == 1)
    return scan.group_by("term").agg(pl.col("tf").sum()).collect(engine="streaming")


def _collocations(terms: pl.DataFrame, unigrams: pl.DataFrame, settings: TextSettings) -> pl.DataFrame:
    """Leave out pairs whose normalised PMI is too small: log(p(xy) / (p(x) p(y))) / -log(p(xy)) (Bouma 2009).

    All probabilities are shares of the corpus' tokens.
    """
    tokens = float(unigrams["tf"].sum())
    pair = pl.col("term").str.split(SEPARATOR)
    scored = (
        terms.filter(pl.col("words") == _PAIR)
        .with_columns(pair.list.first().alias("x"), pair.list.last().alias("y"))
        .join(unigrams.rename({"term": "x", "tf": "x_tf"}), on="x")
        .join(unigrams.rename({"term": "y", "tf": "y_tf"}), on="y")
        .with_columns((pl.col("tf") / tokens).log().alias("log_pair"))
    )
    log_alone = (pl.col("x_tf") / tokens).log() + (pl.col("y_tf") / tokens).log()
    strong = scored.filter((pl.col("log_pair") - log_alone) >= settings.collocations * -pl.col("log_pair"))
    others = terms.filter(pl.col("words") != _PAIR)
    return pl.concat([others, strong.select(terms.columns)])


def _nothing_left(terms: int, documents: int, least: int, most: int) -> str:
    if not terms:
        return f"No word is left: none of the {documents} documents has a token that is no stop word."
    return (
        f"No word is left: of the {terms} different words in {documents} documents, none is in at least"
        f" {least} and at most {most} of them. Change --min-df or --max-df."
    )
