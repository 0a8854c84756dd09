from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from benchmarks.engine import corpora, texts
from benchmarks.engine.counts import Counts, as_counts, halve, load, save
from benchmarks.engine.drawing import draw

SENTENCES = [
    "the harbour of Rotterdam",
    "a harbour, a ship",
    "SHIP and harbour!",
    "no ship",
    "ship",
    "harbour",
]


def numbered(documents: int) -> Counts:
    """Every document holds one word of its own, six times: a corpus in which documents can be told apart."""
    return as_counts(6 * sparse.eye_array(documents))


def words_of(*parts: Counts) -> set[int]:
    return {int(word) for part in parts for word in part.indices}


@pytest.fixture
def splits(monkeypatch: pytest.MonkeyPatch) -> dict[str, corpora.Corpus]:
    monkeypatch.setattr(texts, "news", lambda: numbered(200))
    return {"report": corpora.news("report"), "validation": corpora.news("validation")}


def test_the_reports_held_out_documents_are_nowhere_in_the_validation_split(
    splits: dict[str, corpora.Corpus],
) -> None:
    report, validation = splits["report"], splits["validation"]
    held_out = words_of(report.given, report.wanted)
    assert len(held_out) == 20
    assert not held_out & words_of(*validation[1:4])


@pytest.mark.parametrize("split", ["report", "validation"])
def test_no_document_is_learned_from_and_held_out(splits: dict[str, corpora.Corpus], split: str) -> None:
    corpus = splits[split]
    assert not words_of(corpus.train) & words_of(corpus.given, corpus.wanted)


def test_drawn_splits_have_different_topics() -> None:
    made = [
        corpora.drawn(split, number, documents=100, words=30, topics=2, concentration=1.0)
        for split in ("report", "validation")
        for number in (0, 1)
    ]
    sums = {float(corpus.topics[0, 0]) for corpus in made if corpus.topics is not None}
    assert len(sums) == 4


def test_drawn_words_are_as_frequent_as_topics_and_prior_say() -> None:
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
    given, wanted = halve(counts, np.random.default_rng(0))
    assert ((given + wanted) != counts).nnz == 0
    assert given.sum() == pytest.approx(counts.sum() / 2, rel=0.2)


def test_counts_come_back_from_their_files(tmp_path: Path) -> None:
    counts = as_counts([[0, 2, 1], [1, 0, 0]])
    save(tmp_path / "counts", counts)
    assert (load(tmp_path / "counts") != counts).nnz == 0


def test_stop_words_rare_words_and_repeated_texts_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_FEWEST_DOCUMENTS", 2)
    counts = texts.count_words([*SENTENCES, "ship"])
    assert counts.toarray().tolist() == [[1, 0], [1, 1], [1, 1], [0, 1], [0, 1], [1, 0]]


def test_lda_c_lines_are_counts_of_words() -> None:
    assert texts.parse_ldac(["2 0:1 3:2", "1 1:5"]).toarray().tolist() == [[1, 0, 0, 2], [0, 5, 0, 0]]
