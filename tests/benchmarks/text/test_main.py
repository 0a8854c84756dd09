"""The table of the benchmark of text to counts, and its corpus."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.text import contenders, corpus
from benchmarks.text.__main__ import rows


def run(seconds: float, tokens: int) -> dict[str, float]:
    return {"seconds": seconds, "peak_bytes": 2e8, "documents": 3, "words": 1234, "tokens": tokens}


def test_times_are_compared_with_count_vectorizer_and_counts_for_equality() -> None:
    runs = {
        "ours": [run(1, 9), run(3, 9), run(2, 9)],
        "scikit-learn CountVectorizer": [run(10, 9)],
        "other": [run(5, 8)],
    }
    assert list(rows(runs, 100)) == [
        "| ours | 2.0 | 50 | 1/5.0 | 200 MB | 1,234 | yes |",
        "| scikit-learn CountVectorizer | 10.0 | 10 | 1/1.0 | 200 MB | 1,234 | yes |",
        "| other | 5.0 | 20 | 1/2.0 | 200 MB | 1,234 | no |",
    ]


def test_the_corpus_is_the_same_every_time_and_grows_new_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"one two three four {number}" * 50 for number in range(100)]
    monkeypatch.setattr(corpus, "column", lambda _file, _name: texts)
    digests = set()
    for name in ("a", "b"):
        corpus.write_corpus(tmp_path / name, 1)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
    content = (tmp_path / "a").read_text()
    assert 10**6 <= len(content) < 1.1 * 10**6
    assert "x1x" in content


@pytest.mark.parametrize("contender", [contenders.ours, contenders.count_vectorizer, contenders.polars_query])
def test_every_contender_takes_the_same_for_a_word(
    tmp_path: Path, contender: Callable[[Path], dict[str, int]]
) -> None:
    file = tmp_path / "documents.txt"
    file.write_text("One two, TWO x 42\nthree_four \u00e9t\u00e9\n")
    assert contender(file) == {"documents": 2, "words": 5, "tokens": 6}
    assert [len(words) for words in contenders.words_of(file)] == [4, 2]
