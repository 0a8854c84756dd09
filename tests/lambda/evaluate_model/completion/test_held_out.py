"""The sample of test documents: the same for the same objects, of a bounded size, in two halves."""

import io
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from data_prep import recordio
from evaluate_model.completion import held_out
from evaluate_model.completion.held_out import Sample, load_sample

FOLDER = "datasets/mine/test/"
RECORDIO = "application/x-recordio-protobuf"
COUNTS = np.random.default_rng(0).poisson(1.0, (60, 12))


@dataclass
class Objects:
    """A bucket, as far as a sample is read from it."""

    contents: dict[str, bytes]

    def list_objects(self, prefix: str) -> Any:
        assert prefix == FOLDER
        return {key: SimpleNamespace(size=len(content)) for key, content in self.contents.items()}

    def read_head(self, key: str, length: int) -> bytes:
        return self.contents[key][:length]


def packed(counts: Any) -> bytes:
    file = io.BytesIO()
    recordio.write(file, counts)
    return file.getvalue()


def sample_of(
    *objects: bytes, content_type: str = RECORDIO, words: int = 12, max_pairs: int = 10_000
) -> Sample:
    bucket = Objects({f"{FOLDER}{number:05}": content for number, content in enumerate(objects)})
    return load_sample(cast("Any", bucket), FOLDER, content_type, words, max_pairs)


def counts_of(sample: Sample, words: int = 12) -> list[tuple[int, ...]]:
    rows = []
    for document in sample.documents:
        row = [0] * words
        for word, first, second in zip(document.words, document.first, document.second, strict=True):
            row[sample.words[word]] = first + second
        rows.append(tuple(row))
    return rows


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        (RECORDIO, packed(COUNTS)),
        (RECORDIO, packed(sparse.csr_array(COUNTS))),
        (RECORDIO, packed(COUNTS.astype(np.int32))),
        ("text/csv;label_size=0", "".join(f"{','.join(map(str, row))}\n" for row in COUNTS).encode()),
    ],
)
def test_all_documents_are_there_with_their_counts(content_type: str, content: bytes) -> None:
    sample = sample_of(content, content_type=content_type)
    assert sample.read == 60
    assert sorted(counts_of(sample)) == sorted(tuple(map(int, row)) for row in COUNTS)


def test_the_order_and_the_division_into_objects_do_not_matter() -> None:
    whole = sample_of(packed(COUNTS))
    assert sample_of(packed(COUNTS[::-1])) == whole
    assert sample_of(packed(COUNTS[:20]), packed(COUNTS[20:])) == whole


def test_a_smaller_sample_is_the_beginning_of_a_larger_one() -> None:
    whole, part = sample_of(packed(COUNTS)), sample_of(packed(COUNTS), max_pairs=100)
    assert 0 < len(part.documents) < len(whole.documents)
    assert counts_of(part) == counts_of(whole)[: len(part.documents)]
    assert sum(len(document.words) for document in part.documents) <= 100


def test_the_number_of_documents_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_out, "MAX_DOCUMENTS", 7)
    assert len(sample_of(packed(COUNTS)).documents) == 7


@pytest.mark.filterwarnings("ignore::data_prep.recordio.EmptyDocumentWarning")
def test_documents_that_say_nothing_are_left_out() -> None:
    counts = [[2, 1, 0], [1, 0, 0], [0, 0, 0], [2, 1, 0]]
    sample = sample_of(packed(np.array(counts)), words=3)
    assert (counts_of(sample, 3), sample.words, sample.read) == ([(2, 1, 0)], (0, 1), 1)


def test_documents_over_other_words_and_broken_objects_are_left_out() -> None:
    sample = sample_of(packed(COUNTS[:, :5]), b"no records", packed(COUNTS[:3]), b"")
    assert sample.read == 3


@pytest.mark.parametrize("value", [np.nan, np.inf, -3.0])
def test_values_that_are_no_counts_are_left_out(value: float) -> None:
    content = packed(np.array([[7.0, 2.0, 1.0]], np.float32))
    broken = content.replace(np.float32(7).tobytes(), np.float32(value).tobytes())
    assert counts_of(sample_of(broken, words=3), 3) == [(0, 2, 1)]


def test_without_objects_the_sample_is_empty() -> None:
    assert sample_of() == Sample((), (), 0)


def test_of_many_large_objects_the_beginnings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_out, "_MAX_BYTES", 4000)
    monkeypatch.setattr(held_out, "_LEAST_BYTES", 1000)
    objects = [packed(COUNTS + number) for number in range(8)]
    assert 0 < sample_of(*objects).read < 240


@given(st.lists(st.integers(0, 50), min_size=12, max_size=12).filter(lambda row: sum(row) >= 2))
def test_each_token_is_in_one_half(row: list[int]) -> None:
    (document,) = sample_of(packed(np.array([row]))).documents
    assert document.tokens == sum(row)
    assert all(count >= 0 for count in (*document.first, *document.second))


def test_the_halves_are_even_on_average() -> None:
    documents = sample_of(packed(COUNTS * 10)).documents
    first, tokens = sum(sum(d.first) for d in documents), sum(d.tokens for d in documents)
    assert abs(first / tokens - 0.5) < 3 * 0.5 / tokens**0.5
