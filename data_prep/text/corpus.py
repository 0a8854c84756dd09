"""A corpus of texts, counted in one pass in bounded memory: what doesn't fit is in a temporary folder."""

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from data_prep.dataset.manifest import SplitName
from data_prep.dataset.splitting import document_hashes, held_out
from data_prep.text.counting import BatchCounts, count
from data_prep.text.errors import TextError
from data_prep.text.languages import Language, choose_rules
from data_prep.text.preparation import Preparation, select_columns
from data_prep.text.report import Report
from data_prep.text.settings import TextSettings
from data_prep.text.tokens import TokenRules
from data_prep.text.vocabulary import PARTS, Vocabulary, choose_vocabulary

Progress = Callable[[int, int], None]
_BATCH_BYTES = 2**24  # of text; the tokens of a batch take some ten times as much
_SAMPLE_BYTES = 10**6  # of text, by which the language is recognised
_FIRST_LINE = 120  # characters
_HASH_SEED = 0x9E3779B97F4A7C15


class _Batch(NamedTuple):
    """A counted batch of documents in the temporary folder."""

    number: int
    documents: int
    terms: int
    tokens: int
    word_hashes: NDArray[np.uint64]


class _Selected(NamedTuple):
    """How many tokens of a batch the vocabulary has, and how many documents have none of them."""

    tokens: int
    empty: int


def prepare(
    frames: Iterable[pl.DataFrame],
    settings: TextSettings | None = None,
    *,
    test_fraction: float = 0.2,
    seed: int = 0,
    progress: Progress | None = None,
    folder: Path | None = None,
) -> "PreparedCorpus":
    """Count the words of a corpus.

    The result is the same for any number of cores and any sizes of the frames.

    Parameters
    ----------
    frames
        The documents: columns id, text, label and date. Read once, from the first to the last.
    settings
        How text becomes counts.
    test_fraction, seed
        Which documents are for testing: those with the smallest hash of seed and id.
    progress
        Called with the documents and the bytes of text that have been counted so far.
    folder
        Where the temporary folder is made; by default where Python makes temporary files. It needs about as
        much space as the text.

    Returns
    -------
    PreparedCorpus
        A context manager: it deletes the temporary folder.

    Raises
    ------
    TextError
        There are no documents or no words, or a setting can't be used.
    """
    settings = settings or TextSettings()
    spill = Path(tempfile.mkdtemp(prefix="lda-text-", dir=folder))
    try:
        sample, batches = _sampled(_batches(frames))
        rules, language = choose_rules(sample, settings)
        counted = _count_all(batches, rules, settings.longest, spill, progress)
        is_test = held_out(_split_hashes(spill, counted, seed), test_fraction=test_fraction)
        tables = [spill / f"{batch.number}.terms" for batch in counted]
        rows, documents = sum(batch.terms for batch in counted), sum(batch.documents for batch in counted)
        vocabulary = choose_vocabulary(tables, rows, documents, settings)
        preparation = Preparation(rules, settings.longest, language.code, vocabulary.words)
        selected = _select_all(counted, preparation, spill)
        report = _report(counted, selected, preparation, vocabulary, language, settings)
        corpus = PreparedCorpus(spill, counted, is_test, preparation, report)
    except BaseException:
        shutil.rmtree(spill, ignore_errors=True)
        raise
    return corpus


class PreparedCorpus:
    """The counts of a corpus over its vocabulary, read from a temporary folder batch by batch.

    Attributes
    ----------
    preparation
        What turns further texts into counts.
    report
        What was kept and left out.
    is_test
        (D,) whether a document is for testing.
    """

    def __init__(
        self,
        folder: Path,
        batches: list[_Batch],
        is_test: NDArray[np.bool_],
        preparation: Preparation,
        report: Report,
    ) -> None:
        self.preparation = preparation
        self.report = report
        self.is_test = is_test
        self._folder = folder
        self._batches = batches

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def counts(self, split: SplitName | None = None) -> Iterator[sparse.csr_array]:
        """Yield the counts (n, V) of the documents of a split, or of all, in the order of the source."""
        width = len(self.preparation.vocabulary)
        for batch, mask in self._masks(split):
            counts = _load_counts(self._folder, batch, width).astype(np.float32)
            counts.has_sorted_indices = True
            yield counts if split is None else counts[np.flatnonzero(mask)]

    def documents(self, split: SplitName | None = None) -> Iterator[pl.DataFrame]:
        """Yield id, label, date and first line of the same documents."""
        for batch, mask in self._masks(split):
            yield pl.read_ipc(self._folder / f"{batch.number}.documents").filter(pl.Series(mask))

    def _masks(self, split: SplitName | None) -> Iterator[tuple[_Batch, NDArray[np.bool_]]]:
        start = 0
        for batch in self._batches:
            is_test = self.is_test[start : start + batch.documents]
            start += batch.documents
            yield batch, np.ones_like(is_test) if split is None else is_test == (split == "test")


def _report(
    batches: list[_Batch],
    selected: list[_Selected],
    preparation: Preparation,
    vocabulary: Vocabulary,
    language: Language,
    settings: TextSettings,
) -> Report:
    hashes = np.concatenate([batch.word_hashes for batch in batches])
    hashes = hashes[hashes != 0]
    documents = sum(batch.documents for batch in batches)
    return Report(
        documents=documents,
        empty=sum(batch.empty for batch in selected),
        duplicates=int(hashes.size - np.unique(hashes).size),
        tokens=sum(batch.tokens for batch in batches),
        kept=sum(batch.tokens for batch in selected),
        words=len(vocabulary.words),
        rare=vocabulary.rare,
        frequent=vocabulary.frequent,
        beyond=vocabulary.beyond,
        min_documents=settings.min_documents(documents),
        max_documents=settings.max_documents(documents),
        language=language.code,
        stop_words=len(preparation.rules.stop_words),
        coverage=language.coverage,
    )


def _batches(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Divide frames so that each has about `_BATCH_BYTES` of text; a longer document is one alone."""
    for frame in frames:
        ends = frame["text"].str.len_bytes().cum_sum().to_numpy()
        start = 0
        while start < frame.height:
            limit = (int(ends[start - 1]) if start else 0) + _BATCH_BYTES
            end = max(start + 1, int(np.searchsorted(ends, limit, side="right")))
            yield frame[start:end]
            start = end


def _sampled(batches: Iterator[pl.DataFrame]) -> tuple[pl.Series, Iterator[pl.DataFrame]]:
    """Return the texts of the first documents, and all batches."""
    first: list[pl.DataFrame] = []
    size = 0
    for batch in batches:
        first.append(batch)
        size += int(batch["text"].str.len_bytes().sum())
        if size >= _SAMPLE_BYTES:
            break
    if not first:
        raise TextError("There are no documents.")
    texts = pl.concat([batch["text"] for batch in first])
    within = (texts.str.len_bytes().cum_sum() - texts.str.len_bytes()) < _SAMPLE_BYTES
    return texts.filter(within), chain(first, batches)


def _count_all(
    batches: Iterator[pl.DataFrame], rules: TokenRules, longest: int, spill: Path, progress: Progress | None
) -> list[_Batch]:
    """Count batches on all cores, a few at a time."""
    counted: list[_Batch] = []
    pending: deque[tuple[int, Future[_Batch]]] = deque()
    documents = size = 0
    cores = os.cpu_count() or 1

    def finish() -> None:
        nonlocal documents, size
        text_bytes, future = pending.popleft()
        counted.append(future.result())
        documents, size = documents + counted[-1].documents, size + text_bytes
        if progress:
            progress(documents, size)

    with ThreadPoolExecutor(cores) as pool:
        for number, batch in enumerate(batches):
            text_bytes = int(batch["text"].str.len_bytes().sum())
            pending.append((text_bytes, pool.submit(_count_batch, batch, number, rules, longest, spill)))
            if len(pending) > cores:
                finish()
        while pending:
            finish()
    return counted


def _count_batch(batch: pl.DataFrame, number: int, rules: TokenRules, longest: int, spill: Path) -> _Batch:
    counted = count(batch["text"], rules, longest)
    counts = counted.counts
    _save_counts(spill, number, counts)
    _term_table(counted).write_ipc(spill / f"{number}.terms", compression="lz4")
    _document_table(batch).write_ipc(spill / f"{number}.documents", compression="lz4")
    hashes = _word_hashes(counted)
    single = counts @ (counted.words == 1).astype(np.int64)
    return _Batch(number, batch.height, len(counted.terms), int(single.sum()), hashes)


def _select_all(batches: list[_Batch], preparation: Preparation, spill: Path) -> list[_Selected]:
    """Replace the counts over each batch's terms by those over the vocabulary."""
    width = len(preparation.vocabulary)

    def select(batch: _Batch) -> _Selected:
        terms = pl.read_ipc(spill / f"{batch.number}.terms", columns=["term"])["term"]
        counts = _load_counts(spill, batch, batch.terms)
        selected = select_columns(counts, preparation.columns(terms), width)
        _save_counts(spill, batch.number, selected)
        return _Selected(int(selected.data.sum(dtype=np.int64)), int((np.diff(selected.indptr) == 0).sum()))

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(select, batches))


def _save_counts(spill: Path, number: int, counts: sparse.csr_array) -> None:
    dtype = np.uint16 if counts.data.max(initial=0) < 2**16 else np.uint32
    for name, array in (
        ("data", counts.data.astype(dtype)),
        ("indices", counts.indices),
        ("indptr", counts.indptr),
    ):
        np.save(spill / f"{number}.{name}.npy", array)


def _load_counts(spill: Path, batch: _Batch, width: int) -> sparse.csr_array:
    data, indices, indptr = (
        np.load(spill / f"{batch.number}.{name}.npy") for name in ("data", "indices", "indptr")
    )
    counts: sparse.csr_array = sparse.csr_array((data, indices, indptr), shape=(batch.documents, width))
    return counts


def _split_hashes(spill: Path, batches: list[_Batch], seed: int) -> NDArray[np.uint64]:
    tables = (pl.read_ipc(spill / f"{batch.number}.documents", columns=["id"]) for batch in batches)
    return np.concatenate([document_hashes(table["id"].to_list(), seed) for table in tables])


def _term_table(counted: BatchCounts) -> pl.DataFrame:
    counts, terms = counted.counts, counted.terms
    return pl.DataFrame(
        {
            "term": terms,
            "part": (terms.hash(_HASH_SEED) % PARTS).cast(pl.UInt8),
            "words": counted.words,
            "df": np.bincount(counts.indices, minlength=len(terms)).astype(np.int64),
            "tf": np.bincount(counts.indices, counts.data, minlength=len(terms)).astype(np.int64),
        }
    )


def _document_table(batch: pl.DataFrame) -> pl.DataFrame:
    # Only the beginning of a text is looked at: stripping all of it takes as long as counting it.
    beginning = pl.col("text").str.slice(0, 2 * _FIRST_LINE).str.strip_chars()
    first_line = beginning.str.split_exact("\n", 1).struct.field("field_0").str.slice(0, _FIRST_LINE)
    return batch.select(
        "id", "label", "date", first_line.str.strip_chars_end().fill_null("").alias("first_line")
    )


def _word_hashes(counted: BatchCounts) -> NDArray[np.uint64]:
    """Return a hash of each document's words and their numbers; 0 for a document without words."""
    hashes = counted.terms.hash(_HASH_SEED).to_numpy()[counted.counts.indices]
    mixed = (hashes ^ (hashes >> np.uint64(31))) * (counted.counts.data.astype(np.uint64) * 2 + 1)
    totals = np.concatenate(([np.uint64(0)], np.cumsum(mixed, dtype=np.uint64)))[counted.counts.indptr]
    return np.diff(totals)
