import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_prep import recordio
from data_prep.cli import main


@pytest.fixture
def counts(tmp_path: Path, corpus: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of counts in an otherwise empty current folder."""
    monkeypatch.chdir(tmp_path)
    np.save("counts.npy", corpus)
    return Path("counts.npy")


def test_sample_data_is_generated_and_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "bars.npz", "--documents", "50", "--topics", "10", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["documents"], made["feature_dim"], made["topics"]) == (50, 25, 10)
    with np.load("bars.npz") as arrays:
        assert {name: arrays[name].shape for name in arrays} == {
            "alpha": (10,),
            "beta": (10, 25),
            "documents": (50, 25),
            "topic_mixtures": (50, 10),
        }
    assert main(["encode", "bars.npz", "--dataset", "bars", "--test-documents", "10"]) == 0
    output = capsys.readouterr()
    assert "train: 40 documents (0 empty)" in output.out
    assert output.err == "bars.npz: numpy's array; 50 documents over 25 words\n"


def test_encode_prints_the_manifest_for_programs(counts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["encode", str(counts), "--dataset", "a", "--source", "By hand.", "--json"]) == 0
    manifest = json.loads(capsys.readouterr().out)
    assert manifest == json.loads(Path("datasets/a/manifest.json").read_text())
    assert (manifest["source"], manifest["splits"]["test"]["documents"]) == ("By hand.", 5)


def test_a_dataset_is_not_replaced_without_force(counts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["encode", str(counts), "--dataset", "a"]
    assert main(line) == 0
    before = Path("datasets/a/manifest.json").read_text()
    assert main([*line, "--seed", "1"]) == 1
    assert "datasets/a exists already" in capsys.readouterr().err
    assert Path("datasets/a/manifest.json").read_text() == before
    assert main([*line, "--seed", "1", "--force"]) == 0
    assert Path("datasets/a/manifest.json").read_text() != before


def test_encode_takes_a_vocabulary_and_a_folder(counts: Path) -> None:
    Path("words").write_text("\n".join("abcdefghi"))
    assert main(["encode", str(counts), "--dataset", "a", "--folder", "out", "--vocabulary", "words"]) == 0
    assert Path("out/datasets/a/vocabulary.txt").read_text() == "a\nb\nc\nd\ne\nf\ng\nh\ni\n"


def test_empty_documents_are_a_warning_on_stderr(counts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = np.load(counts)
    rows[0] = 0
    np.save(counts, rows)
    assert main(["encode", str(counts), "--dataset", "a"]) == 0
    assert "data_prep: warning: train: 1 of 15 documents are empty" in capsys.readouterr().err


def test_inspect_describes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], corpus: Any) -> None:
    recordio.write(tmp_path / "a.pbr", corpus, layout="sparse")
    assert main(["inspect", str(tmp_path / "a.pbr"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "documents": 20,
        "feature_dim": 9,
        "layout": "sparse",
        "dtype": "float32",
        "tokens": corpus.sum(),
        "nonzeros": np.count_nonzero(corpus),
        "empty_documents": 0,
        "labelled": 0,
        "split": 0,
    }
    assert main(["inspect", str(tmp_path / "a.pbr")]) == 0
    assert "documents 20, feature_dim 9, layout sparse" in capsys.readouterr().out


def test_inspect_checks_a_dataset(counts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["encode", str(counts), "--dataset", "a"])
    encoded = capsys.readouterr().out
    assert main(["inspect", "datasets/a"]) == 0
    assert capsys.readouterr().out == encoded
    Path("datasets/a/test/part-00000.pbr").write_bytes(b"")
    assert main(["inspect", "datasets/a"]) == 1
    assert "has changed since" in capsys.readouterr().err


def test_adopted_files_are_described_as_other_datasets_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], corpus: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    for part in ("train", "test"):
        Path("datasets/mine", part).mkdir(parents=True)
        np.savetxt(f"datasets/mine/{part}/a.csv", corpus, fmt="%d", delimiter=",")
    assert main(["adopt", "datasets/mine"]) == 0
    adopted = capsys.readouterr().out
    assert adopted.startswith("mine: 9 words, dense records. Adopted from datasets/mine.")
    assert main(["inspect", "datasets/mine"]) == 0
    assert capsys.readouterr().out == adopted
    Path("datasets/mine/manifest.json").unlink()
    assert main(["adopt", "datasets/mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(Path("datasets/mine/manifest.json").read_text())


def test_plot_draws_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recordio.write("a.pbr", np.eye(12, 25))
    assert main(["plot", "a.pbr", "a.png"]) == 0
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")
    assert main(["plot", "a.pbr", "a.svg", "--rows", "1", "--columns", "2"]) == 0
    assert b"<svg" in Path("a.svg").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["encode", "missing.npy", "--dataset", "a"], "There is no file or folder missing.npy."),
        (["encode", "negative.npy", "--dataset", "a"], "negative.npy: -1.0 at row 0, column 0"),
        (["encode", "counts.npy", "--dataset", "A"], "a-z, 0-9"),
        (
            ["encode", "half-empty.npy", "--dataset", "a"],
            "train: The corpus is empty: no document holds a word",
        ),
        (["encode", "counts.npy", "--dataset", "a", "--test-documents", "20"], "leave a split empty"),
        (["upload", "--dataset", "a", "--bucket", "b"], "Encode it first"),
        (["adopt", "datasets/mine"], "There is no file or folder datasets/mine."),
        (["adopt", "s3://bucket/mine"], "s3://<bucket>/datasets/<name>"),
        (["inspect", "counts.npy"], "counts.npy, record 0 at byte 0"),
        (["plot", "counts.npy", "a.png", "--rows", "9"], "36 images can't be drawn"),
        (["plot", "counts.npy", "a.xyz"], "xyz"),
        (
            ["generate", "nowhere/a.npz", "--documents", "1"],
            "There is no file or folder nowhere.",
        ),
        (["generate", "a.csv", "--documents", "1"], "a.csv: sample data are written as .npz"),
    ],
)
def test_a_mistake_is_one_sentence_on_stderr_and_exit_code_1(
    counts: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    np.save("negative.npy", -np.ones((2, 2)))
    np.save("half-empty.npy", [[1, 2], [0, 0]])
    before = sorted(counts.parent.iterdir())
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("data_prep: ")
    assert output.err.count("\n") == 1
    assert message in output.err
    assert sorted(counts.parent.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["encode"],
        ["encode", "a.npy", "--dataset", "a", "--test-documents", "x"],
        ["encode", "a.npy", "--dataset", "a", "--test-documents", "1", "--test-fraction", "0.5"],
    ],
)
def test_a_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(arguments)


def test_help_is_printed_by_the_program_itself() -> None:
    command = [sys.executable, "-m", "data_prep", "encode", "--help"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "--test-documents N" in text
    assert ".jsonl, .mtx" in " ".join(text.split())


def test_help_is_printed_without_importing_numpy() -> None:
    program = (
        "import sys\n"
        "from data_prep.cli import main\n"
        "assert main(['--help']) == 0\n"
        "assert not {'numpy', 'scipy', 'boto3', 'rich'} & set(sys.modules)\n"
    )
    text = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    commands = [line.split()[0] for line in text.partition("Commands:\n")[2].splitlines()]
    assert commands == ["generate", "encode", "upload", "adopt", "inspect", "plot"]


def test_ctrl_c_is_one_sentence_and_exit_code_130(
    counts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recordio, "write_shards", interrupt)
    assert main(["encode", str(counts), "--dataset", "a"]) == 130
    assert capsys.readouterr().err.strip() == (
        "data_prep: Interrupted. Run it again: no partial file or manifest was written."
    )
    assert list(Path("datasets").iterdir()) == []


def test_a_terminal_shows_what_is_being_done(counts: Path) -> None:
    command = [sys.executable, "-m", "data_prep", "encode", str(counts.absolute()), "--dataset", "a"]
    terminal, stderr = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])}
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=stderr, env=environment)
        os.close(stderr)
        assert b"Encoding" in screen.read(4096)
