"""The programs that are compared: `python -m benchmarks.text.contenders NAME FILE` runs one of them.

Every function reads a file of one document a line, and returns the counts' documents, words and tokens. A
word is what scikit-learn's CountVectorizer takes for one: two or more letters, digits or underscores.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PATTERN = r"[\p{L}\p{N}_][\p{L}\p{N}_]+"  # \w\w+ of Python, as Rust and RE2 write it
Facts = dict[str, int]


def ours(path: Path) -> Facts:
    """Count by `data_prep.text`, spilled to disk; the counts are read back batch by batch."""
    from data_prep.text.corpus import prepare
    from data_prep.text.settings import TextSettings
    from data_prep.text.sources import SourceOptions, read_documents

    settings = TextSettings(
        language="none", token_pattern=PATTERN, min_df=1, max_df=10**9, max_vocabulary=10_000_000
    )
    documents = read_documents(path, options=SourceOptions(format="lines"))
    with prepare(documents, settings) as corpus:
        documents_read = sum(int(counts.shape[0]) for counts in corpus.counts())
        return _facts(documents_read, len(corpus.preparation.vocabulary), corpus.report.kept)


def ours_by_default(path: Path) -> Facts:
    """Count by `data_prep.text` as `topics learn` does: without stop words, at most 50,000 words."""
    from data_prep.text.corpus import prepare
    from data_prep.text.sources import SourceOptions, read_documents

    with prepare(read_documents(path, options=SourceOptions(format="lines"))) as corpus:
        documents = sum(int(counts.shape[0]) for counts in corpus.counts())
        return _facts(documents, len(corpus.preparation.vocabulary), corpus.report.kept)


def count_vectorizer(path: Path) -> Facts:
    """Count by scikit-learn's CountVectorizer."""
    from sklearn.feature_extraction.text import CountVectorizer

    with path.open(encoding="utf-8") as lines:
        counts = CountVectorizer().fit_transform(lines)
    return _facts(counts.shape[0], counts.shape[1], int(counts.sum()))


def hashing_vectorizer(path: Path) -> Facts:
    """Count by scikit-learn's HashingVectorizer, which keeps no vocabulary."""
    from sklearn.feature_extraction.text import HashingVectorizer

    with path.open(encoding="utf-8") as lines:
        counts = HashingVectorizer(norm=None, alternate_sign=False).transform(lines)
    return _facts(counts.shape[0], 0, int(counts.sum()))


def polars_query(path: Path) -> Facts:
    """Count by one query of Polars over all documents."""
    import polars as pl

    with path.open(encoding="utf-8") as lines:
        frame = pl.DataFrame({"text": [line.rstrip("\n") for line in lines]}).with_row_index("document")
    counts = (
        frame.lazy()
        .select("document", pl.col("text").str.to_lowercase().str.extract_all(PATTERN).alias("word"))
        .explode("word")
        .drop_nulls()
        .group_by("document", "word")
        .len()
        .collect(engine="streaming")
    )
    return _facts(frame.height, counts["word"].n_unique(), int(counts["len"].sum()))


def duckdb_query(path: Path) -> Facts:
    """Count by one query of DuckDB over all documents."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(
        "create table documents as select row_number() over () as document, text"
        " from read_csv(?, header = false, delim = '\x01', quote = '', escape = '',"
        " columns = {'text': 'varchar'}, max_line_size = 10000000)",
        [str(path)],
    )
    connection.execute(
        "create table counts as select document, word, count(*) as n from (select document,"
        r" unnest(regexp_extract_all(lower(text), '[\p{L}\p{N}_][\p{L}\p{N}_]+')) as word from documents)"
        " group by document, word"
    )
    documents = connection.execute("select count(*) from documents").fetchone()
    words = connection.execute("select count(distinct word), sum(n) from counts").fetchone()
    return _facts(documents[0], words[0], int(words[1]))


def gensim_dictionary(path: Path) -> Facts:
    """Count by gensim's Dictionary and doc2bow."""
    from gensim.corpora import Dictionary

    dictionary = Dictionary(prune_at=10**9)
    corpus = [dictionary.doc2bow(words, allow_update=True) for words in words_of(path)]
    return _facts(len(corpus), len(dictionary), sum(count for document in corpus for _, count in document))


def tomotopy_corpus(path: Path) -> Facts:
    """Count by tomotopy, whose model keeps the words of each document."""
    import tomotopy

    model = tomotopy.LDAModel(k=1)
    for words in words_of(path):
        model.add_doc(words)
    model.train(0)
    return _facts(len(model.docs), len(model.used_vocabs), model.num_words)


def pyrmallet_import(path: Path) -> Facts:
    """Count by pyrmallet, which only does so when it learns: one topic, one iteration, its own tokens."""
    from pyrmallet import LatentDirichletAllocation

    with path.open(encoding="utf-8") as lines:
        lda = LatentDirichletAllocation(1, max_iter=1, random_state=0).fit(
            [line.rstrip("\n") for line in lines]
        )
    return _facts(0, len(lda.feature_names_in_), 0)


CONTENDERS: dict[str, Callable[[Path], Facts]] = {
    "ours": ours,
    "scikit-learn CountVectorizer": count_vectorizer,
    "scikit-learn HashingVectorizer": hashing_vectorizer,
    "Polars, one query": polars_query,
    "DuckDB, one query": duckdb_query,
    "gensim Dictionary": gensim_dictionary,
    "tomotopy": tomotopy_corpus,
    "pyrmallet, one iteration": pyrmallet_import,
    "ours, default settings": ours_by_default,
}


def words_of(path: Path) -> Iterator[list[str]]:
    """Yield the words of each document, for peers that take lists of words."""
    find = re.compile(r"\w\w+").findall  # the same rule as PATTERN, in Python's syntax
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield find(line.lower())


def _facts(documents: int, words: int, tokens: int) -> Facts:
    return {"documents": documents, "words": words, "tokens": tokens}


def main() -> None:
    """Run one contender; print its facts, seconds and peak memory as JSON."""
    name, path = sys.argv[1:]
    started = time.perf_counter()
    facts = CONTENDERS[name](Path(path))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**facts, "seconds": seconds, "peak_bytes": peak}))


if __name__ == "__main__":
    main()
