"""Files of counts as their own tools write them, recognised by their content."""

import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from sklearn.datasets import dump_svmlight_file

from data_prep.inputs.counts import LoadOptions
from data_prep.inputs.loading import load

WORDS = ("äpfel", "birne", "kirsche", "dattel", "feige", "guave", "kiwi", "limette")
# Fifteen documents over eight words: the first word is in all of them, the last one in none.
COUNTS = np.random.default_rng(11).poisson(2, (15, 8))
COUNTS[:, 7] = 0
COUNTS[:, 0] += 1
ROWS = [",".join(map(str, row)) for row in COUNTS.tolist()]


def pairs(base: int, row: np.ndarray[Any, Any]) -> str:
    return " ".join(f"{word + base}:{row[word]}" for word in np.flatnonzero(row))


def ldac(base: int) -> str:
    return "".join(f"{np.count_nonzero(row)} {pairs(base, row)}\n" for row in COUNTS)


def triples(header: str, base: int, separator: str = ",") -> str:
    places = zip(*np.nonzero(COUNTS), strict=True)
    rows = (separator.join(map(str, (d + base, w + base, COUNTS[d, w]))) for d, w in places)
    return "\n".join([header, *rows]) + "\n"


def tidy() -> str:
    places = zip(*np.nonzero(COUNTS), strict=True)
    return "document,term,count\n" + "".join(f"d{d},{WORDS[w]},{COUNTS[d, w]}\n" for d, w in places)


DOCWORD = f"15\n8\n{np.count_nonzero(COUNTS)}" + triples("", 1, " ")
MATRIX_MARKET = (
    f"%%MatrixMarket matrix coordinate real general\n15 8 {np.count_nonzero(COUNTS)}{triples('', 1, ' ')}"
)
EIGHT = LoadOptions(words=8)
FILES: dict[str, tuple[str, LoadOptions, str]] = {
    "counts.csv": ("\n".join(ROWS), LoadOptions(), "CSV, one document a line"),
    "COUNTS.CSV": ("\n".join(ROWS), LoadOptions(), "CSV, one document a line"),
    "bom.csv": ("\ufeff" + "\r\n".join(ROWS), LoadOptions(), "CSV, one document a line"),
    "semicolons.csv": ("\n".join(ROWS).replace(",", ";"), LoadOptions(), "CSV, one document a line"),
    "quoted.csv": ("\n".join(f'"{row}"'.replace(",", '","') for row in ROWS), LoadOptions(), "CSV"),
    "words.csv": ("\n".join([",".join(WORDS), *ROWS]), LoadOptions(), "8 words from its header"),
    "header.csv": ("\n".join(["0,1,2,3,4,5,6,7", *ROWS]), LoadOptions(), "is a header of numbers"),
    "index.csv": (
        "\n".join(f"{number},{row}" for number, row in enumerate(ROWS)),
        LoadOptions(),
        "the first column numbers the documents",
    ),
    "blank.csv": ("\n".join([*ROWS[:3], "", *ROWS[3:]]), LoadOptions(), "blank lines left out: 1"),
    "triples.csv": (triples("doc,word,count", 0), EIGHT, "triples"),
    "one_based.csv": (triples("doc,word,count", 1), EIGHT, "numbered from 1: none is 0"),
    "r.csv": (triples('"i","j","v"', 1), EIGHT, "numbered from 1: none is 0"),
    "corpus.lda-c": (ldac(0), EIGHT, "LDA-C"),
    "corpus.dat": (ldac(0), EIGHT, "LDA-C"),
    "chosen.ldac": (ldac(1), LoadOptions(words=8, index_base=1), "words numbered from 1"),
    "bow.svmlight": ("".join(f"0 {pairs(1, row)}\n" for row in COUNTS), EIGHT, "svmlight"),
    "bow.txt": ("".join(f"-1 {pairs(0, row)} # a note\n" for row in COUNTS), EIGHT, "svmlight"),
    "docword.txt": (DOCWORD, LoadOptions(), "UCI docword"),
    "corpus.mm": (MATRIX_MARKET, LoadOptions(), "Matrix Market"),
}


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
@pytest.mark.parametrize("name", FILES)
def test_every_form_gives_the_same_counts(tmp_path: Path, name: str, packed: str) -> None:
    text, options, description = FILES[name]
    content = text.encode()
    compress: Any = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[packed]
    file = tmp_path / f"{name}{packed}"
    file.write_bytes(compress(content))
    loaded = load(file, options)
    matrix = loaded.matrix if isinstance(loaded.matrix, np.ndarray) else loaded.matrix.toarray()
    np.testing.assert_array_equal(matrix, COUNTS)
    assert description in loaded.description
    assert loaded.description.endswith("15 documents over 8 words")
    assert len(loaded.description) - len(str(tmp_path)) < 300


def test_words_of_the_file_are_its_vocabulary(tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text("\n".join([",".join(WORDS), *ROWS]))
    assert load(tmp_path / "words.csv").vocabulary == WORDS
    (tmp_path / "tidy.csv").write_text(tidy())
    loaded = load(tmp_path / "tidy.csv")
    assert loaded.vocabulary == tuple(sorted(WORDS[:7]))
    assert loaded.ids == tuple(f"d{number}" for number in range(15))
    columns = [WORDS.index(word) for word in loaded.vocabulary]
    np.testing.assert_array_equal(loaded.matrix.toarray(), COUNTS[:, columns])


def test_a_vocabulary_next_to_the_file_says_how_many_words_there_are(tmp_path: Path) -> None:
    for name, vocabulary in (("docword.x.txt", "vocab.x.txt"), ("corpus.dat", "corpus.vocab")):
        (tmp_path / name).write_text(DOCWORD if "docword" in name else ldac(0))
        (tmp_path / vocabulary).write_text("\n".join(WORDS) + "\n")
        loaded = load(tmp_path / name)
        assert loaded.vocabulary == WORDS
        assert loaded.matrix.shape == (15, 8)


def test_words_of_lists_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.low").write_text("2\nbee ant bee\ncat\n")
    (tmp_path / "a.mallet").write_text("one en bee ant bee\ntwo en cat\n")
    for name, ids in (("a.low", None), ("a.mallet", ("one", "two"))):
        loaded = load(tmp_path / name)
        assert (loaded.vocabulary, loaded.ids) == (("ant", "bee", "cat"), ids)
        assert loaded.matrix.toarray().tolist() == [[1, 2, 0], [0, 0, 1]]


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_a_data_frame_names_its_words_and_documents(tmp_path: Path, suffix: str) -> None:
    frame = pl.DataFrame({"name": ["a", "b"], "ant": [1, 0], "bee": [2, 3]})
    (frame.write_parquet if suffix == "parquet" else frame.write_ipc)(tmp_path / f"f.{suffix}")
    loaded = load(tmp_path / f"f.{suffix}")
    assert (loaded.vocabulary, loaded.ids) == (("ant", "bee"), ("a", "b"))
    assert loaded.matrix.tolist() == [[1, 2], [0, 3]]


@given(arrays(np.int64, st.tuples(st.integers(1, 9), st.integers(1, 6)), elements=st.integers(0, 9)))
@pytest.mark.parametrize("base", [0, 1])
def test_what_scikit_learn_writes_is_read(tmp_path: Path, base: int, counts: Any) -> None:
    if not counts[:, 0].any():
        counts[0, 0] = 1  # otherwise nothing shows that the words are numbered from 0
    dump_svmlight_file(counts, np.zeros(len(counts)), str(tmp_path / "a.svm"), zero_based=base == 0)
    loaded = load(tmp_path / "a.svm", LoadOptions(words=counts.shape[1]))
    np.testing.assert_array_equal(loaded.matrix.toarray(), counts)


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("a.ldac", ldac(1), EIGHT, r"no word is 0 and none is 8.*Say --index-base 0 or --index-base 1"),
        (
            "a.ldac",
            "2 0:1 8:4\n",
            EIGHT,
            r"document 0 has the word 8, but there are 8 words, numbered from 0",
        ),
        ("a.csv", "doc,word,count\n0,0,1\n0,9,1\n", EIGHT, r"document 0 has the word 9"),
        ("docword.txt", "15\n8\n1\n1 9 1\n", LoadOptions(), "document 1 has the word 9"),
        ("docword.txt", "15\n8\n1\n1 two 1\n", LoadOptions(), "line 4: '1 two 1' is not doc word count"),
        ("a.low", "3\nant\n", LoadOptions(), "'3' announces 1 documents"),
        ("a.csv", b"1,2\n\xff,3\n", LoadOptions(), "a.csv, line 2, byte 4: 0xff isn't UTF-8"),
        ("a.csv", ";".join("x" * 20000), LoadOptions(), "holds no documents|twice"),
        ("a.csv.gz", gzip.compress(b"1,2\n" * 999)[:-9], LoadOptions(), "a.csv.gz is damaged or incomplete"),
        ("a.pkl", pickle.dumps({}), LoadOptions(), "is a pickle, and reading it could run code"),
    ],
)
def test_a_mistake_is_refused_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, options: LoadOptions, message: str
) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=message) as refused:
        load(tmp_path / name, options)
    assert len(str(refused.value)) - len(str(tmp_path)) < 300


def test_a_sparse_matrix_saved_as_an_object_is_refused_with_what_to_save(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array(sparse.csr_array(COUNTS), dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"holds Python objects.*scipy.sparse.save_npz"):
        load(tmp_path / "a.npy")


OVERRULED = [({"header": False}, (16, 8)), ({"index_column": False}, (15, 9))]


@pytest.mark.parametrize(("option", "shape"), OVERRULED)
def test_what_was_recognised_can_be_overruled(
    tmp_path: Path, option: dict[str, bool], shape: tuple[int, int]
) -> None:
    text = FILES["header.csv" if "header" in option else "index.csv"][0]
    (tmp_path / "a.csv").write_text(text)
    assert load(tmp_path / "a.csv", LoadOptions(**option)).matrix.shape == shape  # type: ignore[arg-type]
