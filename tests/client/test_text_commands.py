"""From documents to topics on this machine: learn, show, predict and prepare, as a user runs them."""

import csv
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from client.cli import main
from data_prep.dataset import load
from spectral_lda import load as load_model

SUBJECTS = {
    "animals": ["ant", "bee", "cat", "dog", "emu", "fox"],
    "fruits": ["apple", "berry", "cherry", "date", "elder", "fig"],
}
Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a table of 120 documents, each about one of two subjects, in the order of the subjects."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rows = [
        (f"{subject}-{number}", subject, " ".join(rng.choice(words, 20)))
        for subject, words in SUBJECTS.items()
        for number in range(60)
    ]
    with Path("articles.csv").open("w", newline="") as target:
        csv.writer(target).writerows([("name", "subject", "text"), *rows])


def learn(*options: str) -> int:
    line = ["learn", "articles.csv", "--column", "text", "--id-column", "name", "--label-column", "subject"]
    return main([*line, "--max-df", "1.0", *options])


def test_topics_are_printed_with_their_shares_and_words(capsys: Output) -> None:
    assert learn("--num-topics", "2") == 0
    output = capsys.readouterr()
    head, *rows = output.out.splitlines()
    assert head == "topic  share  words"
    words = [sorted(row.split("%  ")[1].split(", ")[:6]) for row in rows if "%" in row]
    assert sorted(words) == sorted(SUBJECTS.values())
    assert "articles.csv: CSV, 120 rows, text in column 'text', id in column 'name'" in output.err
    assert "120 documents, 2,400 tokens, 12 words" in output.err
    assert all(len(line) <= 80 for line in output.out.splitlines())
    assert "topics show topics-articles" in output.err


def test_json_has_the_documented_fields_first(capsys: Output) -> None:
    assert learn("--num-topics", "2", "--json", "--output", "out") == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document)[:4] == ["documents", "num_topics", "topics", "output"]
    assert (document["documents"], document["num_topics"], document["output"]) == (120, 2, "out")
    assert [topic["id"] for topic in document["topics"]] == [0, 1]
    assert sum(topic["share"] for topic in document["topics"]) == pytest.approx(1)
    assert sorted(document["topics"][0]["words"][:6]) in list(SUBJECTS.values())


def test_the_number_of_topics_is_chosen_and_its_certainty_is_said(capsys: Output) -> None:
    assert learn("--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["num_topics"] == 2
    assert 2 in [each["num_topics"] for each in document["choice"]["candidates"]]
    assert document["choice"]["interval"][0] == 2
    assert learn("--force") == 0
    assert "2 topics predict held-out documents better than all others." in capsys.readouterr().err


def test_the_folder_has_every_document_with_its_id_label_and_topics() -> None:
    assert learn("--num-topics", "2", "--output", "out") == 0
    documents = [json.loads(line) for line in Path("out/documents.jsonl").read_text().splitlines()]
    assert [document["id"] for document in documents[:2]] == ["animals-0", "animals-1"]
    largest = {(d["label"], int(np.argmax(d["topic_mixture"]))) for d in documents}
    assert len(largest) == 2
    assert load_model("out/model.tar.gz").beta.shape == (2, 12)
    settings = json.loads(Path("out/settings.json").read_text())
    assert (settings["num_topics"], settings["source"], settings["corpus"]["documents"]) == (
        2,
        "articles.csv",
        120,
    )


def test_a_folder_is_not_replaced_without_force(capsys: Output) -> None:
    Path("out").mkdir()
    Path("out/mine").write_text("kept")
    assert learn("--output", "out") == 1
    assert "out exists already: choose another name, or replace it with --force" in capsys.readouterr().err
    assert Path("out/mine").read_text() == "kept"


def test_a_failure_leaves_the_former_folder(capsys: Output) -> None:
    Path("out").mkdir()
    Path("out/mine").write_text("kept")
    assert learn("--output", "out", "--force", "--min-df", "9999") == 1
    assert "No word is left" in capsys.readouterr().err
    assert [path.name for path in Path("out").iterdir()] == ["mine"]
    assert sorted(path.name for path in Path().iterdir()) == ["articles.csv", "out"]


def test_show_ranks_words_and_lists_typical_documents(capsys: Output) -> None:
    learn("--num-topics", "2", "--output", "out")
    capsys.readouterr()
    for rank in ("probability", "relevance", "frex", "lift"):
        assert main(["show", "out", "--words", "3", "--rank", rank, "--json"]) == 0
        topics = json.loads(capsys.readouterr().out)
        assert all(len(topic["words"]) == 3 for topic in topics)
    assert main(["show", "out", "--topic", "1", "--documents", "2", "--json"]) == 0
    ((first, second),) = [topic["documents"] for topic in json.loads(capsys.readouterr().out)]
    assert first["share"] >= second["share"] > 0.9
    assert main(["show", "out", "--topic", "2"]) == 1
    assert "There is no topic 2: the model has the topics 0 to 1." in capsys.readouterr().err


def test_predict_takes_a_sentence(capsys: Output) -> None:
    learn("--num-topics", "2", "--output", "out")
    capsys.readouterr()
    assert main(["predict", "The cat and the DOG saw a zebra?", "--model", "out"]) == 0
    head, first, *_ = capsys.readouterr().out.splitlines()
    assert head == "text: 2 of 7 tokens are known to the model"
    assert "%  " in first
    assert set(first.split("%  ")[1].split(", ")) <= set(SUBJECTS["animals"])


def test_predict_of_unknown_words_gives_no_topics(capsys: Output) -> None:
    learn("--num-topics", "2", "--output", "out")
    capsys.readouterr()
    assert main(["predict", "zebra", "--model", "out", "--json"]) == 0
    (prediction,) = json.loads(capsys.readouterr().out)["predictions"]
    assert prediction == {"id": "text", "topic_mixture": None, "tokens": 1, "unknown_tokens": 1}
    assert main(["predict", "zebra", "--model", "out"]) == 0
    assert "the model knows none of its 1 tokens" in capsys.readouterr().out


def test_predict_takes_every_source_of_learn_and_counts(capsys: Output) -> None:
    learn("--num-topics", "2", "--output", "out")
    capsys.readouterr()
    options = ["--column", "text", "--id-column", "name", "--model", "out", "--json"]
    assert main(["predict", "articles.csv", *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    predictions = answer["predictions"]
    assert [(topic["id"], len(topic["words"])) for topic in answer["topics"]] == [(0, 10), (1, 10)]
    documents = [json.loads(line) for line in Path("out/documents.jsonl").read_text().splitlines()]
    assert [p["id"] for p in predictions] == [d["id"] for d in documents]
    mixtures = [[p["topic_mixture"] for p in predictions], [d["topic_mixture"] for d in documents]]
    np.testing.assert_allclose(mixtures[0], mixtures[1], atol=1e-4)
    np.save("counts.npy", np.ones((1, 12)))
    assert main(["predict", "counts.npy", "--model", "out", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["predictions"][0]["topic_mixture"]) == 2


def test_named_words_are_brought_into_the_order_of_the_model(capsys: Output) -> None:
    learn("--num-topics", "2", "--output", "out")
    capsys.readouterr()
    mixtures = []
    for name, content in {"a.csv": "zebra,fox,ant\n5,1,2\n", "b.csv": "ant,fox\n2,1\n"}.items():
        Path(name).write_text(content)
        assert main(["predict", name, "--model", "out", "--json"]) == 0
        mixtures += json.loads(capsys.readouterr().out)["predictions"]
    assert mixtures[0] == mixtures[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["learn", "none.csv"], "There is no file or folder none.csv."),
        (["learn", "articles.csv", "--column", "body"], "has no column 'body'"),
        (["learn", "articles.csv", "--language", "xx"], "There are no stop words of the language 'xx'"),
        (["learn", "articles.csv", "--alpha0", "-1"], "alpha0 must be a positive number, not -1.0."),
        (["learn", "articles.csv", "--test-fraction", "2"], "must be between 0 and 1; it is 2.0."),
        (["learn", "articles.csv", "--ngrams", "9"], "ngrams is 9; it is 1, 2 or 3."),
        (["show", "nowhere"], "nowhere is no folder of a model"),
        (["show", "lda-dev-run-0", "--documents", "2"], "--documents needs a folder that learn wrote"),
        (["predict", "missing.txt", "--model", "out"], "There is no file or folder missing.txt."),
        (["predict", "a text", "--model", "nowhere"], "nowhere is no folder of a model"),
    ],
)
def test_a_mistake_is_one_sentence(capsys: Output, arguments: list[str], message: str) -> None:
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert message in output.err.splitlines()[-1]
    assert output.out == ""


def test_comprehends_output_has_its_two_files() -> None:
    assert learn("--num-topics", "2", "--output", "out", "--comprehend") == 0
    with tarfile.open("out/output.tar.gz") as archive:
        assert archive.getnames() == ["topic-terms.csv", "doc-topics.csv"]
        terms, documents = (
            list(csv.reader(archive.extractfile(name).read().decode().splitlines()))  # type: ignore[union-attr]
            for name in archive.getnames()
        )
    assert (terms[0], documents[0]) == (["topic", "term", "weight"], ["docname", "topic", "proportion"])
    assert [row[0] for row in terms[1:]] == ["000"] * 10 + ["001"] * 10
    assert documents[1][0] == "animals-0"
    assert float(documents[1][2]) > 0.5


def test_prepare_writes_a_dataset_with_its_preparation(capsys: Output) -> None:
    options = ["--column", "text", "--id-column", "name", "--max-df", "1.0"]
    assert main(["prepare", "articles.csv", "--dataset", "mine", *options]) == 0
    assert "mine: 12 words, sparse records" in capsys.readouterr().out
    manifest = load(".", "mine")
    assert manifest.preparation == "datasets/mine/preparation.json"
    assert manifest.train.documents + manifest.test.documents == 120
    assert main(["prepare", "articles.csv", "--dataset", "mine", *options]) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["prepare", "articles.csv", "--dataset", "mine", "--force", *options]) == 0
