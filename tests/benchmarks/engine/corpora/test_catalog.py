from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from benchmarks.engine.corpora import catalog, texts
from benchmarks.engine.corpora.counts import Counts, as_counts, halve, load, save
from benchmarks.engine.corpora.synthetic import draw

SENTENCES = [
    "the harbour of Rotterdam",
    "a harbour, a ship",
    "SHIP and harbour!",
    "no ship",
    "ship",
    "harbour",
]


def numbered(documents: int) -> Counts:
    """Return a corpus in which each document has its own word, six times."""
    return as_counts(6 * sparse.eye_array(documents))


def words_of(*parts: Counts) -> set[int]:
    return {int(word) for part in parts for word in part.indices}


@pytest.fixture
def splits(monkeypatch: pytest.MonkeyPatch) -> dict[str, catalog.Corpus]:
    monkeypatch.setattr(texts, "news", lambda: numbered(200))
    return {"report": catalog.news("report"), "validation": catalog.news("validation")}


def test_the_validation_split_has_no_held_out_document_of_the_report(
    splits: dict[str, catalog.Corpus],
) -> None:
    report, validation = splits["report"], splits["validation"]
    held_out = words_of(report.observed, report.target)
    assert len(held_out) == 20
    assert not held_out & words_of(*validation[1:4])


@pytest.mark.parametrize("split", ["report", "validation"])
def test_no_training_document_is_held_out(splits: dict[str, catalog.Corpus], split: str) -> None:
    corpus = splits[split]
    assert not words_of(corpus.train) & words_of(corpus.observed, corpus.target)


def test_drawn_splits_have_different_topics() -> None:
    drawn = [
        catalog.drawn(split, number, documents=100, words=30, topics=2, concentration=1.0)
        for split in ("report", "validation")
        for number in (0, 1)
    ]
    sums = {float(corpus.topics[0, 0]) for corpus in drawn if corpus.topics is not None}
    assert len(sums) == 4


def test_the_frequencies_of_drawn_words_follow_topics_and_prior() -> None:
    counts, topics = draw(
        documents=4000, words=12, topics=3, length=50, alpha0=3.0, concentration=0.5, seed=1
    )
    share = np.asarray(counts.sum(axis=0)).ravel() / counts.sum()
    assert share == pytest.approx(topics.mean(axis=0), abs=0.01)
    assert counts.sum() / counts.shape[0] == pytest.approx(50, rel=0.02)


def test_the_same_seed_draws_the_same_documents() -> None:
    first, second = (
        draw(documents=50, words=9, topics=2, length=20, alpha0=1.0, concentration=0.5, seed=3)
        for _ in range(2)
    )
    assert (first.counts != second.counts).nnz == 0


def test_halves_sum_to_the_documents() -> None:
    counts = as_counts(np.random.default_rng(0).poisson(2.0, (20, 7)))
    observed, target = halve(counts, np.random.default_rng(0))
    assert ((observed + target) != counts).nnz == 0
    assert observed.sum() == pytest.approx(counts.sum() / 2, rel=0.2)


def test_saved_counts_are_loaded_unchanged(tmp_path: Path) -> None:
    counts = as_counts([[0, 2, 1], [1, 0, 0]])
    save(tmp_path / "counts", counts)
    assert (load(tmp_path / "counts") != counts).nnz == 0


def test_stop_words_rare_words_and_duplicate_texts_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_MIN_DOCUMENT_FREQUENCY", 2)
    counts = texts.count_words([*SENTENCES, "ship"])
    assert counts.toarray().tolist() == [[1, 0], [1, 1], [1, 1], [0, 1], [0, 1], [1, 0]]


def test_a_line_of_lda_c_is_parsed_as_word_counts() -> None:
    assert texts.parse_ldac(["2 0:1 3:2", "1 1:5"]).toarray().tolist() == [[1, 0, 0, 2], [0, 5, 0, 0]]
