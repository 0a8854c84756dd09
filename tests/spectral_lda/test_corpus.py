"""Documents in shards equal those in one matrix; nothing is copied."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from spectral_lda import corpus as module
from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.kernels import sparse_products
from spectral_lda.workers import SINGLE_WORKER

COUNTS = np.random.default_rng(0).poisson(0.7, (60, 9))


def totals(corpus: Corpus) -> FloatArray:
    ones = np.ones((corpus.num_documents, 1))

    def add(block: Block, total: FloatArray) -> None:
        sparse_products.scatter(*block.arrays, ones[block.documents], total)

    return corpus.sum_blocks((corpus.num_words, 1), add, SINGLE_WORKER)[:, 0]


@given(cuts=st.lists(st.integers(0, 60), max_size=4), block=st.sampled_from([1, 7, 2**17]))
def test_blocks_cover_every_document_once_in_order(cuts: list[int], block: int) -> None:
    shards = [sparse.csr_array(part) for part in np.split(COUNTS, sorted(cuts))]
    corpus = Corpus.from_counts(shards)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_NONZEROS", block)
        blocks = [part for run in corpus.shards(1) for part in corpus.blocks(run)]
    rows = [sparse.csr_array((b.data, b.indices, b.indptr), shape=(len(b.indptr) - 1, 9)) for b in blocks]
    np.testing.assert_array_equal(np.vstack([part.toarray() for part in rows]), COUNTS)
    assert [b.documents.start for b in blocks[1:]] == [b.documents.stop for b in blocks[:-1]]
    np.testing.assert_array_equal(corpus.lengths, COUNTS.sum(axis=1))


@pytest.mark.parametrize(
    "form", [np.asarray, sparse.csr_array, sparse.csc_matrix, list, lambda m: m.tolist()]
)
def test_every_matrix_format_is_a_corpus(form: object) -> None:
    assert callable(form)
    corpus = Corpus.from_counts(form(COUNTS))
    assert (corpus.num_documents, corpus.num_words) == COUNTS.shape
    np.testing.assert_array_equal(totals(corpus), COUNTS.sum(axis=0))


def test_an_iterator_of_shards_is_one_corpus() -> None:
    corpus = Corpus.from_counts(iter([COUNTS[:10], sparse.csr_array(COUNTS[10:])]))
    np.testing.assert_array_equal(totals(corpus), COUNTS.sum(axis=0))


def test_memory_maps_are_read_not_loaded(tmp_path: Path) -> None:
    matrix = sparse.csr_array(COUNTS)
    maps = []
    for name, array in (("data", matrix.data), ("indices", matrix.indices), ("indptr", matrix.indptr)):
        np.save(tmp_path / f"{name}.npy", array)
        maps.append(np.load(tmp_path / f"{name}.npy", mmap_mode="r"))
    mapped = sparse.csr_array(tuple(maps), shape=matrix.shape)
    corpus = Corpus.from_counts(mapped)
    assert np.shares_memory(corpus.parts[0].data, maps[0])
    np.testing.assert_array_equal(totals(corpus), COUNTS.sum(axis=0))


def test_an_invalid_count_is_located_by_its_row_across_all_shards() -> None:
    wrong = COUNTS[10:].copy()
    wrong[5, 2] = -1
    with pytest.raises(ValueError, match=r"The count -1\.0 in row 15, column 2 is negative"):
        Corpus.from_counts([COUNTS[:10], wrong])


def test_shards_over_different_vocabularies_are_rejected() -> None:
    with pytest.raises(ValueError, match="Shard 1 has 4 columns, the shards before it have 9"):
        Corpus.from_counts([COUNTS, np.ones((2, 4))])


def test_the_division_of_documents_depends_on_the_data_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus.from_counts(np.random.default_rng(0).poisson(1.0, (2000, 30)))
    cuts = corpus.shards(100)
    monkeypatch.setattr("spectral_lda.parallel.cores", lambda: 64)
    assert corpus.shards(100) == cuts
    assert module.MIN_SHARDS <= len(cuts) <= module.MAX_SHARDS


def test_chosen_documents_are_taken_across_shards() -> None:
    corpus = Corpus.from_counts([COUNTS[:10], COUNTS[10:10], COUNTS[10:]])
    chosen = np.array([0, 9, 10, 59])
    np.testing.assert_array_equal(corpus.take(chosen).toarray(), COUNTS[chosen])


def test_documents_of_gensim_are_refused_with_what_converts_them() -> None:
    documents = [np.array([[0, 2], [3, 1]]), np.array([[1, 1]]), np.array([[0, 1], [1, 4], [2, 1]])]
    for form in (list, np.asarray):
        with pytest.raises(ValueError, match=r"look like documents of gensim.*corpus2csc"):
            Corpus.from_counts([form(document) for document in documents])


def test_shards_over_two_words_are_no_documents_of_gensim() -> None:
    assert Corpus.from_counts([np.array([[2, 1], [1, 0]]), np.array([[0, 1]])]).num_words == 2
