"""Training jobs as SageMaker runs them: the model, the log and the failures."""

import json
import os
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import spectral_lda
from container.contract.errors import ClientError
from container.contract.paths import Paths
from container.training.job import run_job
from data_prep import recordio
from data_prep.text.preparation import Preparation

# conftest.Job: test files can't import it.
Job = Any


def csv(counts: Any) -> str:
    return "".join(",".join(f"{value:g}" for value in row) + "\n" for row in counts)


def assert_topics_are_found(job: Job) -> None:
    beta = spectral_lda.load(job.model).beta
    order = np.argsort(-beta[:, 0])
    np.testing.assert_allclose(beta[order], [[0.7, 0.3, 0, 0], [0, 0, 0.5, 0.5]], atol=0.06)


def test_dense_and_sparse_shards_are_learned_from_together(job: Job, counts: Any) -> None:
    recordio.write(job.folder("train") / "part-00000.pbr", counts[:20], layout="dense")
    recordio.write(job.folder("train") / "part-00001.pbr", sparse.csr_array(counts[20:45]), layout="sparse")
    (job.folder("train") / "more").mkdir()
    recordio.write(job.folder("train") / "more" / "part-00002.pbr", counts[45:])
    (job.folder("train") / "_SUCCESS").touch()
    code, log = job.run()
    assert code == 0, log
    assert "matrix with shape: (60, 4)" in log
    assert_topics_are_found(job)


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv;label_size=0", "text/csv; label_size=0"])
def test_csv_is_learned_from(job: Job, counts: Any, content_type: str) -> None:
    (job.folder("train") / "part.csv").write_text(csv(counts))
    job.channels["train"]["ContentType"] = content_type
    code, log = job.run()
    assert code == 0, log
    assert_topics_are_found(job)


def test_the_same_job_gives_the_same_model(tmp_path: Path, job: Job, counts: Any) -> None:
    recordio.write(job.folder("train") / "part.pbr", counts)
    again = type(job)(tmp_path / "again")
    recordio.write(again.folder("train") / "part.pbr", counts)
    assert job.run()[0] == again.run()[0] == 0
    assert job.model.read_bytes() == again.model.read_bytes()


def test_the_log_has_the_lines_of_the_built_in_algorithm_in_their_order(job: Job, counts: Any) -> None:
    recordio.write(job.folder("train") / "part.pbr", counts)
    recordio.write(job.folder("test") / "part.pbr", counts[:10])
    job.hyperparameters |= {"max_restarts": 3, "mini_batch_size": 60, "alpha0": 0.4, "epochs": "1"}
    job.channels["test"] = {"ContentType": "application/x-recordio-protobuf"}
    code, log = job.run()
    assert code == 0, log
    order = [
        "Reading provided configuration",
        "Using the iterator for application/x-recordio-protobuf",
        "Running LDA for 2 topics (2 requested)",
        "#metrics {",
        "Loaded all data into matrix with shape: (60, 4)",
        "moments",
        "SVD",
        "Restart 1/3",
        "Reconstruction error",
        "Best reconstruction error",
        "#progress_metric: host=algo-1, completed 100 % of epochs",
        "#throughput_metric: host=algo-1, train throughput=",
        "Serialized the model",
        "#quality_metric: host=algo-1, test pwll <score>=",
        "Total time",
    ]
    positions = [log.find(line) for line in order]
    assert -1 not in positions
    assert positions == sorted(positions)
    score = re.search(r"#quality_metric: host=\S+, test pwll <score>=(\S+)", log)
    assert score is not None
    model = spectral_lda.load(job.model)
    assert float(score[1]) == pytest.approx(
        spectral_lda.per_word_log_likelihood(model, counts[:10]), rel=1e-5
    )
    for line in re.findall(r"^#metrics (.*)$", log, re.MULTILINE):
        assert json.loads(line)["Dimensions"]["Host"] == "algo-1"


def test_without_a_test_channel_there_is_no_score(job: Job, counts: Any) -> None:
    recordio.write(job.folder("train") / "part.pbr", counts)
    code, log = job.run()
    assert code == 0
    assert "pwll" not in log


def test_the_engines_warnings_are_logged(job: Job, counts: Any) -> None:
    recordio.write(job.folder("train") / "part.pbr", counts)
    job.hyperparameters["num_topics"] = "9"
    code, log = job.run()
    assert code == 0
    assert re.search(r"WARNING \d+\] The data are sufficient for \d of the 9 requested topics", log)
    assert spectral_lda.load(job.model).beta.shape == (9, 4)


def test_another_mini_batch_size_is_accepted_with_a_warning(job: Job, counts: Any) -> None:
    recordio.write(job.folder("train") / "part.pbr", counts)
    job.hyperparameters["mini_batch_size"] = "7"
    code, log = job.run()
    assert code == 0
    assert "mini_batch_size is 7; it has no effect: all 60 documents" in log


def test_a_client_error_ends_the_job_with_1_and_a_failure_file(job: Job) -> None:
    job.hyperparameters["num_topic"] = "3"
    code, log = job.run()
    assert code == 1, log
    assert job.failure.startswith(
        "ClientError: Unknown hyperparameter 'num_topic' with the value '3'; known are"
    )
    assert f"ERROR {job.failure}" in re.sub(r"\d+\] ", "", log)
    assert not job.model.exists()


def failed(job: Job, message: str) -> None:
    """Run the job in this process, which is faster than starting Python."""
    job.configure()
    with pytest.raises(ClientError, match=message):
        run_job(Paths(job.base))
    assert not job.model.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_topics": "ten"}, "'num_topics' must be a whole number of at least 1, not 'ten'"),
        ({"alpha0": "1e30"}, "out of range: alpha0 must be from 1e-09 to 1e\\+09, not 1e\\+30"),
        ({"feature_dim": "30"}, "part.pbr: its documents have 4 words, but feature_dim is 30"),
    ],
)
def test_an_invalid_hyperparameter_is_a_client_error(
    job: Job, counts: Any, change: dict[str, str], message: str
) -> None:
    recordio.write(job.folder("train") / "part.pbr", counts)
    job.hyperparameters |= change
    failed(job, message)


def test_a_missing_train_channel_is_a_client_error(job: Job) -> None:
    job.channels = {}
    failed(job, "The channel 'train' is missing")


def test_pipe_mode_learns_from_one_epoch_of_each_channel(job: Job, counts: Any) -> None:
    files = {"train": counts, "test": counts[:10]}
    for name, part in files.items():
        recordio.write(job.folder("parts") / name, part)
        job.channels[name] = {"TrainingInputMode": "Pipe"}
        os.mkfifo(job.base / "input" / "data" / f"{name}_0")
    with job.start() as process:
        for name in reversed(files):  # SageMaker's writers are independent and wait for their readers
            path = job.base / "input" / "data" / f"{name}_0"
            content = (job.folder("parts") / name).read_bytes()
            threading.Thread(target=path.write_bytes, args=(content,), daemon=True).start()
        log, _ = process.communicate(timeout=60)
    assert process.returncode == 0, log
    assert "#quality_metric: host=algo-1, test pwll <score>=" in log
    assert_topics_are_found(job)


def test_a_channel_without_files_is_a_client_error(job: Job) -> None:
    job.folder("train")
    failed(job, "The channel 'train' contains no file")


@pytest.mark.parametrize("channel", ["train", "test"])
def test_invalid_counts_are_located_by_file_row_and_column(job: Job, counts: Any, channel: str) -> None:
    wrong = counts.copy()
    wrong[7, 2] = 0.5
    for name in ("train", "test"):
        recordio.write(job.folder(name) / "part.pbr", wrong if name == channel else counts)
    job.channels["test"] = {}
    failed(job, rf"{channel}/part.pbr: The count 0.5 in row 7, column 2 is not a whole number")


def test_a_damaged_file_is_named(job: Job, counts: Any) -> None:
    path = job.folder("train") / "part.pbr"
    recordio.write(path, counts)
    path.write_bytes(path.read_bytes()[:-2])
    failed(job, "train/part.pbr")


def test_ragged_csv_is_named_with_its_line(job: Job) -> None:
    (job.folder("train") / "part.csv").write_text("1,0,2,1\n1,2,3\n")
    job.channels["train"]["ContentType"] = "text/csv"
    failed(job, "part.csv: Line 2 has 3 values; the vocabulary has 4 words")


def test_only_empty_documents_are_a_client_error(job: Job) -> None:
    (job.folder("train") / "part.csv").write_text("0,0,0,0\n")
    job.channels["train"]["ContentType"] = "text/csv"
    failed(job, "none of the 1 documents contains a word")


def test_an_error_of_the_program_is_an_algorithm_error(job: Job, counts: Any) -> None:
    recordio.write(job.folder("train") / "part.pbr", counts)
    (job.base / "model").write_text("a file where the folder should be")
    code, log = job.run()
    assert code == 2
    assert job.failure.startswith("AlgorithmError: FileExistsError")
    assert "Traceback" in log


def test_the_failure_file_has_at_most_the_length_of_failurereason(job: Job) -> None:
    job.hyperparameters["x" * 5000] = "1"
    code, _ = job.run()
    assert code == 1
    assert len(job.failure) == 1024


@pytest.fixture
def text_job(job: Job, counts: Any, preparation: Any) -> Job:
    """A job whose model gets a vocabulary and a preparation."""
    recordio.write(job.folder("train") / "part.pbr", counts)
    preparation.save(job.folder("vocabulary"))
    (job.folder("vocabulary") / "preparation.json").rename(job.folder("preparation") / "preparation.json")
    job.channels |= {"vocabulary": {}, "preparation": {"TrainingInputMode": "File"}}
    return job


def test_the_vocabulary_and_the_preparation_are_written_next_to_the_model(text_job: Job) -> None:
    code, log = text_job.run()
    assert code == 0, log
    folder = text_job.model.parent
    assert sorted(path.name for path in folder.iterdir()) == [
        "model_algo-1",
        "preparation.json",
        "vocabulary.txt",
    ]
    for name in ("preparation", "vocabulary"):
        [source] = text_job.folder(name).iterdir()
        assert (folder / source.name).read_bytes() == source.read_bytes()
    assert Preparation.load(folder).counts(["Apple, cat"]).counts.toarray().tolist() == [[1, 0, 1, 0]]


def test_a_vocabulary_alone_is_written_next_to_the_model(text_job: Job) -> None:
    del text_job.channels["preparation"]
    text_job.configure()
    (text_job.folder("preparation") / "preparation.json").unlink()
    run_job(Paths(text_job.base))
    assert sorted(path.name for path in text_job.model.parent.iterdir()) == ["model_algo-1", "vocabulary.txt"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vocabulary.txt", None, "The channel 'vocabulary' must contain the file vocabulary.txt"),
        ("preparation.json", None, "The channel 'preparation' must contain the file preparation.json"),
        (
            "vocabulary.txt",
            b"apple\nbread\ncat\n",
            "vocabulary.txt has 3 words; the model's documents have 4",
        ),
        (
            "vocabulary.txt",
            b"apple\nbread\ncat\nc\xf6w\n",
            "vocabulary.txt, line 4, byte 17: this isn't UTF-8",
        ),
        ("vocabulary.txt", b"apple\nbread\ncat\ncow\n", "preparation.json belongs to another vocabulary"),
        ("preparation.json", b"[]", "preparation.json isn't the preparation of a text"),
    ],
)
def test_a_file_of_words_that_does_not_fit_is_a_client_error_before_the_training(
    text_job: Job, name: str, content: bytes | None, message: str
) -> None:
    path = text_job.folder(name.partition(".")[0]) / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    failed(text_job, message)
    assert not text_job.model.parent.exists()
