import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep import dataset, recordio
from data_prep.dataset.adoption import adopt
from data_prep.recordio import EmptyDocumentWarning

WORDS = 9


def csv(counts: Any) -> bytes:
    return "".join(",".join(str(int(value)) for value in row) + "\n" for row in counts).encode()


def pbr(counts: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    recordio.write(file, counts, **options)
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "datasets" / "mine"
    path.mkdir(parents=True)
    return path


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def refusal(folder: Path, files: dict[str, bytes]) -> str:
    put(folder, files)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match=r".") as raised:
        adopt(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    return str(raised.value).replace(f"{folder}/", "")


def test_csv_files_become_a_dataset_that_loads(folder: Path, corpus: Any) -> None:
    train = {"train/a.csv": csv(corpus[:5]), "train/deep/b.CSV": csv(corpus[5:15])}
    put(folder, {**train, "test/c.csv": csv(corpus[15:]).rstrip()})
    manifest = adopt(folder)
    assert manifest == dataset.load(folder.parent.parent, "mine")
    assert (manifest.name, manifest.feature_dim, manifest.vocabulary) == ("mine", WORDS, None)
    assert (manifest.content_type, manifest.layout) == ("text/csv;label_size=0", "dense")
    assert manifest.source == f"Adopted from {folder}."
    assert [(shard.key, shard.bytes, shard.documents) for shard in manifest.train.shards] == [
        (f"datasets/mine/{key}", len(train[key]), documents)
        for key, documents in (("train/a.csv", 5), ("train/deep/b.CSV", 10))
    ]
    assert manifest.train.shards[0].sha256 == hashlib.sha256(train["train/a.csv"]).hexdigest()
    assert manifest.train.shards[0].s3_checksum is None
    assert (manifest.train.documents, manifest.test.documents) == (15, 5)
    assert manifest.train.tokens == corpus[:15].sum()
    assert manifest.train.nonzeros == np.count_nonzero(corpus[:15])


@pytest.mark.parametrize(
    ("layouts", "layout"),
    [(("dense", "dense"), "dense"), (("sparse", "sparse"), "sparse"), (("dense", "sparse"), "mixed")],
)
def test_records_of_any_layout_become_a_dataset(
    folder: Path, corpus: Any, layouts: tuple[str, str], layout: str
) -> None:
    train, test = (
        pbr(part, layout=one) for part, one in zip((corpus[:15], corpus[15:]), layouts, strict=True)
    )
    put(folder, {"train/part.rec": train, "test/part.pbr": test})
    manifest = adopt(folder)
    assert manifest.layout == layout
    assert manifest.content_type == "application/x-recordio-protobuf"
    expected = dataset.write(folder.parent.parent, "other", corpus[:15], corpus[15:], source="")
    for mine, other in ((manifest.train, expected.train), (manifest.test, expected.test)):
        assert (mine.documents, mine.tokens, mine.nonzeros) == (other.documents, other.tokens, other.nonzeros)


def test_a_vocabulary_next_to_the_splits_becomes_the_datasets_vocabulary(folder: Path, corpus: Any) -> None:
    words = "\n".join("abcdefghi").encode()
    put(
        folder,
        {"train/a.csv": csv(corpus), "test/a.csv": csv(corpus), "vocabulary.txt": words, "notes.md": b""},
    )
    assert adopt(folder).vocabulary == "datasets/mine/vocabulary.txt"


def test_a_vocabulary_of_another_length_is_refused(folder: Path, corpus: Any) -> None:
    files = {"train/a.csv": csv(corpus), "test/a.csv": csv(corpus), "vocabulary.txt": b"a\nb\n"}
    assert "vocabulary.txt has 2 words, one a line, and the documents are over 9" in refusal(folder, files)


def test_a_vocabulary_that_is_not_text_is_refused(folder: Path, corpus: Any) -> None:
    files = {"train/a.csv": csv(corpus), "test/a.csv": csv(corpus), "vocabulary.txt": b"\xff\xfe"}
    assert "vocabulary.txt, line 1, byte 0: this isn't UTF-8 (0xff)" in refusal(folder, files)


def test_a_dataset_is_not_adopted_again(folder: Path, corpus: Any) -> None:
    put(folder, {"train/a.csv": csv(corpus), "test/a.csv": csv(corpus)})
    adopt(folder)
    assert "manifest.json exists already: this is a dataset. Delete it" in refusal(folder, {})


def test_empty_documents_are_a_warning(folder: Path, corpus: Any) -> None:
    corpus[2] = 0
    put(folder, {"train/a.csv": csv(corpus), "test/a.csv": csv(corpus[3:])})
    with pytest.warns(EmptyDocumentWarning, match="train: 1 of 20 documents are empty"):
        assert adopt(folder).train.empty_documents == 1


GOOD = b"1,2,3\n"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"a.csv": GOOD, "b.csv": GOOD}, "a.csv, b.csv: documents must be under train/ or test/"),
        (
            {"train/a.csv": GOOD},
            "test holds no .pbr, .rec or .csv file, without which no model can be evaluated",
        ),
        ({"test/a.csv": GOOD}, "train holds no .pbr, .rec or .csv file, without which there is nothing"),
        (
            {"train/a.csv": GOOD, "test/a.pbr": GOOD},
            "holds CSV and RecordIO-protobuf (train/a.csv, test/a.pbr)",
        ),
        (
            {"train/a.csv": GOOD, "train/_SUCCESS": b"", "test/a.csv": GOOD},
            "train/_SUCCESS: SageMaker reads every file under train/ and test/",
        ),
        (
            {"train/a.csv": b"", "test/a.csv": GOOD},
            "train/a.csv: an empty file holds no documents. Delete it.",
        ),
        ({"train/a.csv": b"\n\n", "test/a.csv": GOOD}, "train/a.csv holds no documents. Delete it."),
        ({"train/a.csv": b"0,0,0\n", "test/a.csv": GOOD}, "train: no document holds a word."),
        (
            {"train/a.csv": GOOD, "test/a.csv": b"1,2\n"},
            "different words: test/a.csv over 2, train/a.csv over 3. A dataset has one vocabulary.",
        ),
    ],
)
def test_a_dataset_with_another_layout_or_without_words_is_refused(
    folder: Path, files: dict[str, bytes], sentence: str
) -> None:
    assert sentence in refusal(folder, files)


def test_all_problems_of_the_dataset_layout_are_reported_together(folder: Path) -> None:
    found = refusal(folder, {"a.csv": GOOD, "train/x.txt": b"x", "train/a.csv": b"", "train/a.pbr": GOOD})
    assert found.startswith("5 problems: (1) a.csv: documents must be under")


def test_the_first_invalid_files_are_named_and_the_others_counted(folder: Path) -> None:
    files = {f"train/{number}.csv": GOOD + b"1,-2,3\n" for number in range(7)}
    found = refusal(folder, {**files, "test/a.csv": GOOD})
    assert found.startswith("5 problems: (1) train/0.csv, line 2, column 1: '-2'; counts are whole numbers")
    assert found.endswith("And 2 more files are wrong.")


@pytest.mark.parametrize(
    ("counts", "layout", "place"),
    [
        ([[1, 2], [0.5, 1]], "dense", "train/a.pbr, record 1 at byte 36: word 0 has the count 0.5"),
        ([[1, 2], [0, 1.5]], "sparse", ": word 1 has the count 1.5"),
    ],
)
def test_a_record_with_invalid_counts_is_refused_with_its_position(
    folder: Path, counts: Any, layout: str, place: str
) -> None:
    content = pbr(sparse.csr_array(np.array(counts)), layout=layout)
    found = refusal(folder, {"train/a.pbr": content, "test/a.pbr": pbr(np.ones((1, 2)))})
    assert place in found
    assert "counts are whole numbers from 0" in found


def test_a_truncated_file_and_another_format_are_refused_with_the_byte(folder: Path, corpus: Any) -> None:
    whole = pbr(corpus)
    found = refusal(folder, {"train/a.pbr": whole[:-8], "train/b.pbr": GOOD * 3, "test/a.pbr": whole})
    assert "(1) train/a.pbr, record 19 at byte" in found
    assert "(2) train/b.pbr, record 0 at byte 0" in found


def test_a_folder_outside_datasets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a dataset must be in a folder \.\.\./datasets/<name>"):
        adopt(tmp_path)
    (tmp_path / "datasets" / "No").mkdir(parents=True)
    with pytest.raises(ValueError, match="a-z, 0-9"):
        adopt(tmp_path / "datasets" / "No")
    with pytest.raises(FileNotFoundError):
        adopt(tmp_path / "nowhere")
