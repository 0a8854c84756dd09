"""The peers: `python -m benchmarks.learning.contenders NAME FILE TOPICS` runs one of them.

Each reads a CSV file with a column `text`, learns topics and prints the ten words of each.
"""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

_STOP_WORDS = Path(__file__).parents[1] / "engine" / "corpora" / "stop_words.txt"
_WORDS = 10
_MIN_DOCUMENTS, _MAX_FRACTION = 5, 0.5
Topics = list[list[str]]


def sklearn_lda(path: Path, topics: int) -> Topics:
    """Learn by scikit-learn: CountVectorizer, and ten iterations of batch variational Bayes on all cores."""
    from sklearn.decomposition import LatentDirichletAllocation
    from sklearn.feature_extraction.text import CountVectorizer

    stop_words = _STOP_WORDS.read_text().split()
    vectorizer = CountVectorizer(min_df=_MIN_DOCUMENTS, max_df=_MAX_FRACTION, stop_words=stop_words)
    counts = vectorizer.fit_transform(_texts(path))
    lda = LatentDirichletAllocation(topics, learning_method="batch", max_iter=10, n_jobs=-1, random_state=0)
    components = lda.fit(counts).components_
    names = vectorizer.get_feature_names_out()
    return [[names[word] for word in row.argsort()[::-1][:_WORDS]] for row in components]


def pyrmallet_lda(path: Path, topics: int) -> Topics:
    """Learn by pyrmallet, MALLET's Gibbs sampler in Rust: 200 iterations, hyperparameters as they come."""
    from pyrmallet import LatentDirichletAllocation

    lda = LatentDirichletAllocation(
        topics,
        max_iter=200,
        random_state=0,
        stopwords=_STOP_WORDS.read_text().split(),
        min_doc_freq=_MIN_DOCUMENTS,
        max_doc_fraction=_MAX_FRACTION,
    )
    components = lda.fit(_texts(path)).components_
    names = lda.feature_names_in_
    return [[names[word] for word in row.argsort()[::-1][:_WORDS]] for row in components]


CONTENDERS: dict[str, Callable[[Path, int], Topics]] = {
    "scikit-learn": sklearn_lda,
    "pyrmallet": pyrmallet_lda,
}


def _texts(path: Path) -> list[str]:
    csv.field_size_limit(2**31 - 1)
    with path.open(encoding="utf-8", newline="") as lines:
        return [row["text"] for row in csv.DictReader(lines)]


def main() -> None:
    """Run one contender, and print its topics."""
    name, path, topics = sys.argv[1:]
    for words in CONTENDERS[name](Path(path), int(topics)):
        print(", ".join(words))


if __name__ == "__main__":
    main()
