import gzip
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from scipy import sparse

from data_prep import recordio
from data_prep.inputs import loading

COUNTS = np.array([[0, 3, 1], [2, 0, 5]])
SPARSE_JSON = """\
{"data": {"features": {"keys": [2, 1], "shape": [3], "values": [1, 3]}}}
{"data": {"features": {"values": [2, 0, 5]}}}
"""


def save_records(file: Path) -> None:
    recordio.write(file, COUNTS)


def save_packed_records(file: Path) -> None:
    content = io.BytesIO()
    recordio.write(content, COUNTS)
    file.write_bytes(gzip.compress(content.getvalue()))


@pytest.mark.parametrize(
    ("name", "save"),
    [
        ("a.npy", lambda file: np.save(file, COUNTS)),
        ("a.npz", lambda file: np.savez(file, COUNTS)),
        ("b.npz", lambda file: np.savez(file, alpha=[1], documents=COUNTS)),
        ("c.npz", lambda file: sparse.save_npz(file, sparse.csc_array(COUNTS))),
        ("a.csv", lambda file: file.write_text("0,3,1\n2,0,5\n")),
        ("bom.csv", lambda file: file.write_text("\ufeff0, 3,1\r\n\r\n2,0,5")),
        ("triples.csv", lambda file: file.write_text("doc,word,count\n0,1,3\n0,2,1\n1,0,2\n1,2,4\n1,2,1\n")),
        ("dense.jsonl", lambda file: file.write_text('[0, 3, 1]\n{"features": [2, 0, 5]}\n')),
        ("sparse.jsonl", lambda file: file.write_text(SPARSE_JSON)),
        ("a.mtx", lambda file: scipy.io.mmwrite(file, sparse.coo_array(COUNTS))),
        ("b.mtx", lambda file: scipy.io.mmwrite(file, COUNTS)),
        ("a.ldac", lambda file: file.write_text("2 1:3 2:1\n2 0:2 2:5\n")),
        ("a.pbr", save_records),
        ("a.pbr.gz", save_packed_records),
    ],
)
def test_every_format_gives_the_same_counts(tmp_path: Path, name: str, save: Callable[[Path], None]) -> None:
    save(tmp_path / name)
    counts = loading.load(tmp_path / name).matrix
    assert np.array_equal(counts if isinstance(counts, np.ndarray) else counts.toarray(), COUNTS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2,3\n4,5\n", r"x\.csv, line 2: row 1: 2 numbers, but the rows above have 3"),
        ("1,2\n\n3,4,5\n", r"line 3: row 1: 3 numbers, but the rows above have 2"),
        ("1,2\n3,four\n", r"line 2: row 1, column 1: 'four' is not a number"),
        ("word,2\n1,2\n", r"line 1: row 0, column 0: 'word' is not a number.*no header of words"),
        ("word,word\n1,2\n", r"line 1: the header has the word 'word' twice"),
        ("1,2\n1,\n", r"line 2: row 1, column 1: '' is not a number"),
        ("", "holds no documents"),
        ("\n\n", "holds no documents"),
        ("1,2\n1_0,2\n", r"line 2: row 1, column 0: '1_0' is not a number"),
        ("1,2\n\u0661,2\n", r"line 2: row 1, column 0: '\u0661' is not a number"),
        ("1,2\n1,0x1\n", "'0x1' is not a number"),
    ],
)
def test_a_csv_file_that_is_not_a_matrix_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        loading.load(file)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", "doc,word,count\n0,1\n", r"line 2: 2 values, not the three of doc,word,count"),
        (
            "x.csv",
            "doc,word,count\n0,1,2\n0,-1,2\n",
            r"line 3: word '-1' is no whole number from 0",
        ),
        ("x.csv", "doc,word,count\n0,1,two\n", r"line 2: 'two' is not a number"),
        ("x.csv", "doc,word,count\n", "holds no doc,word,count triples"),
        ("x.csv", "doc,word,count\n1000000000000000,1,2\n", "number the documents without gaps"),
        ("x.jsonl", "", "holds no documents"),
        ("x.jsonl", "[1, 2]\n[1]\n", "document 1 is over 1 words, the first over 2"),
        ("x.jsonl", "[1, 2\n", "line 1: this is no document of SageMaker's JSON lines"),
        ("x.jsonl", '{"a": 1}\n', r"line 1: this is no document.*KeyError"),
        ("x.jsonl", "[[1], [2]]\n", "line 1: keys and values are lists of numbers"),
        ("x.jsonl", '{"features": {"keys": [3], "shape": [3], "values": [1]}}', "outside a vocabulary of 3"),
        ("x.ldac", "2 1:3\n", "line 1: '2' announces the words, but 1 follow"),
        ("x.ldac", "1 1:-3\n", "line 1: '1:-3' is not word:count"),
        ("x.ldac", "\n", "holds no documents"),
        ("x.mtx", "%%MatrixMarket matrix coordinate real general\n9 9 999999999999\n1 1 1\n", "announces"),
        ("x.mtx", "no matrix", r"x\.mtx can't be read as Matrix Market"),
        (
            "x.mtx",
            "%%MatrixMarket matrix coordinate real general\n999999999999 9 1\n1 1 1\n",
            "announces 999999999999 documents but has 1 entries",
        ),
    ],
)
def test_an_invalid_text_file_is_refused_with_the_position(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        loading.load(tmp_path / name)


def test_a_numpy_file_that_announces_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.npy"
    np.save(file, COUNTS)
    file.write_bytes(file.read_bytes().replace(b"(2, 3), }" + b" " * 9, b"(9000000000, 3), }", 1))
    with pytest.raises(ValueError, match=r"x\.npy can't be read"):
        loading.load(file)


def test_a_csv_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes("1,2\n3,ä\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"x\.csv, line 2, byte 6: 0xe4 isn't UTF-8"):
        loading.load(file)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    file = tmp_path / "x.npy"
    np.save(file, np.array([[{}]], object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"x\.npy can't be read.*Python objects"):
        loading.load(file)


@pytest.mark.parametrize("name", ["x.npy", "x.npz"])
def test_a_damaged_numpy_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    np.savez(tmp_path / "whole.npz", COUNTS)
    file.write_bytes((tmp_path / "whole.npz").read_bytes()[:100])
    with pytest.raises(ValueError, match=name):
        loading.load(file)


@pytest.mark.parametrize("name", ["x.npy", "x.npz"])
def test_a_file_of_another_format_is_refused_without_numpys_advice_to_unpickle_it(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("hello")
    with pytest.raises(
        ValueError, match=rf"{name} can't be read .*: it doesn't begin as such a file does\.$"
    ):
        loading.load(tmp_path / name)


def test_an_archive_of_several_unnamed_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", first=COUNTS, second=COUNTS)
    with pytest.raises(ValueError, match=r'first, second; one array is needed, or one named "documents"'):
        loading.load(tmp_path / "x.npz")


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "x.xyz").write_text("nothing")
    with pytest.raises(ValueError, match=r"x\.xyz: counts are read from \.npy, \.npz"):
        loading.load(tmp_path / "x.xyz")
