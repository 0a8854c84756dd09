import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from data_prep.dataset.splitting import document_hashes, held_out
from data_prep.text import corpus as corpus_module
from data_prep.text.corpus import prepare
from data_prep.text.errors import TextError
from data_prep.text.settings import TextSettings

COLUMNS = ("id", "text", "label", "date")
WORDS = st.sampled_from(["ant", "Bee", "cat", "dóg", "ému", "FOX", "gnu", "hen", "ibis", "über"])
TEXTS = st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=2, max_size=12)
PATTERN = r"\w\w+"
EVERYTHING: dict[str, Any] = {"language": "none", "min_df": 1, "max_df": 1_000_000}


def frame(texts: list[str], ids: list[str] | None = None) -> pl.DataFrame:
    names = ids or [str(number) for number in range(len(texts))]
    rows = [(identity, text, None, None) for identity, text in zip(names, texts, strict=True)]
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def dense(chunks: Iterator[sparse.csr_array]) -> np.ndarray[Any, Any]:
    return np.vstack([chunk.toarray() for chunk in chunks])


@given(TEXTS, st.integers(1, 3))
def test_the_counts_are_those_of_scikit_learn(texts: list[str], ngrams: int) -> None:
    oracle = CountVectorizer(token_pattern=PATTERN, ngram_range=(1, ngrams))
    try:
        expected = oracle.fit_transform(texts).toarray()
    except ValueError:
        return  # no words at all
    settings = TextSettings(token_pattern=PATTERN, ngrams=ngrams, **EVERYTHING)
    with prepare([frame(texts)], settings) as prepared:
        assert list(prepared.preparation.vocabulary) == oracle.get_feature_names_out().tolist()
        np.testing.assert_array_equal(dense(prepared.counts()), expected)


@given(TEXTS, st.integers(1, 40), st.integers(1, 5))
def test_the_sizes_of_frames_and_batches_do_not_matter(texts: list[str], batch: int, rows: int) -> None:
    settings = TextSettings(ngrams=2, **EVERYTHING)
    whole = frame(texts)
    parts = [whole[start : start + rows] for start in range(0, len(texts), rows)]
    if not "".join(texts):
        return  # no words at all
    with prepare([whole], settings) as one, pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus_module, "_BATCH_BYTES", batch)
        with prepare(parts, settings) as many:
            assert (many.preparation, many.report) == (one.preparation, one.report)
            np.testing.assert_array_equal(dense(many.counts()), dense(one.counts()))


def test_documents_and_counts_of_a_split_belong_together() -> None:
    ids = [f"doc {number}" for number in range(50)]
    with prepare(
        [frame([f"word {i:05d}word" for i in range(50)], ids)], TextSettings(**EVERYTHING)
    ) as prepared:
        mask = held_out(document_hashes(ids), test_fraction=0.2)
        test = [row["id"] for part in prepared.documents("test") for row in part.iter_rows(named=True)]
        train = [row["id"] for part in prepared.documents("train") for row in part.iter_rows(named=True)]
        assert test == [identity for identity, tested in zip(ids, mask, strict=True) if tested]
        assert sorted(test + train) == sorted(ids)
        columns = [prepared.preparation.vocabulary.index(f"{int(i.split()[1]):05d}word") for i in test]
        assert dense(prepared.counts("test"))[range(len(test)), columns].tolist() == [1.0] * len(test)


def test_empty_documents_and_copies_are_reported_and_stay() -> None:
    texts = ["ant bee", "bee ant", "", "...", "cat dog", "ant ant bee"]
    with prepare([frame(texts)], TextSettings(**EVERYTHING)) as prepared:
        report = prepared.report
        assert (report.documents, report.empty, report.duplicates) == (6, 2, 1)
        assert dense(prepared.counts()).shape == (6, 4)


def test_rare_frequent_and_further_words_are_left_out() -> None:
    texts = ["all ant bee", "all ant bee", "all ant cat", "all dog"]
    with prepare([frame(texts)], TextSettings(language="none", min_df=2, max_df=0.75)) as prepared:
        assert prepared.preparation.vocabulary == ("ant", "bee")
        assert (prepared.report.rare, prepared.report.frequent) == (2, 1)
    settings = TextSettings(language="none", min_df=1, max_df=0.75, max_vocabulary=2)
    with prepare([frame(texts)], settings) as prepared:
        assert prepared.preparation.vocabulary == ("ant", "bee")
        assert prepared.report.beyond == 2


def test_a_given_vocabulary_keeps_its_order() -> None:
    settings = TextSettings(vocabulary=("bee", "new york", "ant"))
    with prepare([frame(["ant ant", "bee in new york"])], settings) as prepared:
        assert dense(prepared.counts()).tolist() == [[0, 0, 2], [1, 1, 0]]


def test_collocations_are_counted_as_words() -> None:
    texts = ["new york", "cat dog", "dog cat", "cat cat", "dog dog"] * 4
    settings = TextSettings(collocations=0.5, **EVERYTHING)
    with prepare([frame(texts)], settings) as prepared:
        assert [word for word in prepared.preparation.vocabulary if " " in word] == ["new york"]


@pytest.mark.parametrize(
    ("texts", "settings", "message"),
    [
        ([], {}, "There are no documents"),
        (["", "..."], {}, "none of the 2 documents has a token"),
        (["ant", "bee"], {"min_df": 2}, "of the 2 different words in 2 documents, none is in at least 2"),
        (["ant"], {}, "a single document"),
    ],
)
def test_a_corpus_without_words_is_refused(texts: list[str], settings: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        prepare([frame(texts)] if texts else [], TextSettings(**(EVERYTHING | settings)))


def test_nothing_is_left_on_disk(tmp_path: Path) -> None:
    with prepare([frame(["ant bee", "bee cat"])], TextSettings(**EVERYTHING), folder=tmp_path):
        assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(TextError):
        prepare([frame(["", ""])], TextSettings(**EVERYTHING), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


PROGRAM = """
import hashlib, sys
from pathlib import Path
import polars as pl
from data_prep.text import corpus
from data_prep.text.corpus import prepare
from data_prep.text.dataset import write_dataset
corpus._BATCH_BYTES = 2000
texts = [" ".join(f"w{(i * j) % 97}x" for j in range(1, 40)) for i in range(500)]
rows = [(str(i), text, None, None) for i, text in enumerate(texts)]
frame = pl.DataFrame(rows, schema=dict.fromkeys(("id", "text", "label", "date"), pl.String), orient="row")
with prepare([frame]) as prepared:
    write_dataset(sys.argv[1], "a", prepared, source="A test.")
for file in sorted(Path(sys.argv[1]).rglob("*")):
    if file.is_file():
        print(file.relative_to(sys.argv[1]), hashlib.sha256(file.read_bytes()).hexdigest())
"""


def test_the_dataset_has_the_same_bytes_on_any_number_of_cores(tmp_path: Path) -> None:
    outputs = set()
    for cores in ("1", "2", "7"):
        environment = os.environ | {"POLARS_MAX_THREADS": cores, "PYTHONHASHSEED": cores}
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path / cores)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        outputs.add(run.stdout)
    assert len(outputs) == 1
    assert "documents/train/part-00000.jsonl" in outputs.pop()


def test_the_documents_of_a_dataset_belong_to_its_records(tmp_path: Path) -> None:
    from data_prep import recordio
    from data_prep.dataset import load
    from data_prep.text.dataset import write_dataset

    texts = [f"ant bee {'cat ' * number}" for number in range(1, 31)]
    with prepare([frame(texts)], TextSettings(**EVERYTHING)) as prepared:
        manifest = write_dataset(tmp_path, "a", prepared, source="A test.", shard_bytes=200)
        column = prepared.preparation.vocabulary.index("cat")
    assert load(tmp_path, "a") == manifest
    assert manifest.documents is not None
    assert len(manifest.train.shards) > 1
    for shard, ids in zip(manifest.train.shards, manifest.documents.train, strict=True):
        lines = (tmp_path / ids.key).read_text("utf-8").splitlines()
        counts = recordio.read(tmp_path / shard.key).toarray()
        assert [int(json.loads(line)["id"]) + 1 for line in lines] == counts[:, column].tolist()
        assert hashlib.sha256((tmp_path / ids.key).read_bytes()).hexdigest() == ids.sha256
