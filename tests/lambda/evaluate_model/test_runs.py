"""EvaluateModel for the runs of an execution, from event to result."""

import io
import json
import tarfile
from typing import Any

import pytest


def empty_archive() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz"):
        pass
    return file.getvalue()


def test_the_first_models_evaluation_is_written_and_returned(aws: Any) -> None:
    aws.trained(aws.job_name(), -2.5)
    aws.serving("")
    aws.metric(-2.5)
    found = aws.run(aws.completed())
    summary = found.pop("summary")
    row = {
        "training_job": aws.job_name(),
        "num_topics": 2,
        "alpha0": 1.0,
        "pwll": -2.5,
        "completion": None,
        "difference": None,
        "redundant_topics": 0,
        "reason": "",
    }
    reason = "test:pwll is -2.5 (no test document could be used for completion), and no model serves yet."
    assert found == {
        "promote": True,
        "reason": reason,
        "training_job": aws.job_name(),
        "model_data_url": aws.url_of(aws.job_name()),
        "num_topics": 2,
        "metrics": {"test:pwll": -2.5},
        "runs": [row],
        "topics": [],
        "completion": None,
        "warnings": [],
        "incumbent": "",
    }
    assert f"Worth promoting: {reason}" in summary
    written = aws.evaluation(aws.job_name())
    diagnostics = written.pop("diagnostics")
    assert (diagnostics["num_topics"], diagnostics["feature_dim"]) == (2, 3)
    assert diagnostics["vocabulary"] is None
    assert written == {
        "training_job": aws.job_name(),
        "model_data_url": aws.url_of(aws.job_name()),
        "created": "2026-01-01T00:00:00+00:00",
        "dataset": "griffiths",
        "test_split": "split",
        "channels": {
            "train": "s3://data-bucket/datasets/griffiths/train/",
            "test": "s3://data-bucket/datasets/griffiths/test/",
        },
        "hyperparameters": {"num_topics": "2", "alpha0": "1.0", "feature_dim": "3"},
        "started_by": "someone",
        "execution": {"arn": "arn:aws:states:us-east-1:123456789012:execution:machine:run", "name": "run"},
        "pwll": -2.5,
        "completion": None,
        "runs": [row],
        "vocabulary": None,
        "preparation": None,
        "identities": {"ids": [0, 1], "overlaps": [None, None], "gone": [], "next_id": 2},
        "incumbent": None,
        "comparison": "no incumbent",
        "decision": "promote",
        "reasons": [reason],
        "warnings": [],
    }


def test_a_model_is_compared_with_the_evaluation_of_the_serving_model(aws: Any) -> None:
    aws.put(f"evaluations/{aws.other}/evaluation.json", b'{"pwll": -2.0, "test_split": "split"}')
    aws.trained(aws.job_name(), -2.5)
    aws.serving(aws.url_of(aws.other))
    aws.metric(-2.5)
    found = aws.run(aws.completed())
    assert found["promote"] is False
    assert found["incumbent"] == aws.url_of(aws.other)
    assert "Not worth promoting: test:pwll -2.5 against -2 " in found["summary"]
    written = aws.evaluation(aws.job_name())
    assert written["decision"] == "reject"
    assert written["comparison"] == "test:pwll on the same test documents"
    assert written["incumbent"] == {
        "training_job": aws.other,
        "model_data_url": aws.url_of(aws.other),
        "pwll": -2.0,
        "completion": None,
        "difference": None,
    }


@pytest.mark.parametrize("content", [None, b"", b"[]", b"\xff", b'{"pwll"'])
def test_a_missing_or_broken_evaluation_of_the_serving_model_is_not_an_error(
    aws: Any, content: bytes | None
) -> None:
    if content is not None:
        aws.put(f"evaluations/{aws.other}/evaluation.json", content)
    aws.trained(aws.job_name(), -2.5)
    aws.serving(aws.url_of(aws.other))
    aws.metric(-2.5)
    found = aws.run(aws.completed())
    assert found["promote"] is True
    assert f"{aws.other} has no readable evaluation" in found["reason"]


def test_the_minimum_of_the_execution_is_applied(aws: Any) -> None:
    aws.trained(aws.job_name(), -2.5)
    aws.serving("")
    aws.metric(-2.5)
    assert aws.run(aws.completed(), minimum_pwll=-2)["promote"] is False


def test_the_setting_when_not_comparable_is_read(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEN_NOT_COMPARABLE", "hold")
    aws.trained(aws.job_name(), -2.5)
    aws.serving(aws.url_of(aws.other))
    aws.metric(-2.5)
    assert aws.run(aws.completed())["promote"] is False


def test_of_several_runs_the_best_is_chosen_and_all_are_reported(aws: Any) -> None:
    for number, pwll in ((1, -2.5), (2, -2.4), (4, None)):
        aws.trained(aws.job_name(number), pwll)
    aws.serving("")
    aws.metric(-2.4)
    found = aws.run(
        *(aws.completed(1), aws.completed(2, 5)), aws.failed(3, "It ran out of memory."), aws.completed(4)
    )
    assert (found["training_job"], found["promote"]) == (aws.job_name(2), True)
    assert [(row["pwll"], row["num_topics"]) for row in found["runs"]] == [
        *((-2.5, 2), (-2.4, 5)),
        *((None, 2), (None, 2)),
    ]
    assert found["runs"][2]["reason"] == "It ran out of memory."
    assert "reported no test:pwll" in found["runs"][3]["reason"]
    lines = found["summary"].splitlines()
    assert [line.split() for line in lines[:4]] == [
        ["completion", "test:pwll", "num_topics", "alpha0", "training", "job"],
        [
            "none",
            "-2.5000",
            "2",
            "1",
            f"{aws.job_name(1)}:",
            "Its",
            "test:pwll",
            "-2.5",
            "is",
            "no",
            "better",
            "than",
            "-2.4",
            "of",
            aws.job_name(2),
            "(2",
            "topics).",
        ],
        ["*", "none", "-2.4000", "5", "1", aws.job_name(2)],
        ["none", "none", "2", "1", f"{aws.job_name(3)}:", "It", "ran", "out", "of", "memory."],
    ]


def test_every_completed_candidate_has_an_evaluation_with_the_reason_why_it_wasnt_chosen(aws: Any) -> None:
    for number, pwll in ((1, -2.5), (2, -2.4), (3, None)):
        aws.trained(aws.job_name(number), pwll)
    aws.serving("")
    aws.metric(-2.4)
    found = aws.run(aws.completed(1), aws.completed(2), aws.completed(3), aws.failed(4, "No."))
    written = [aws.evaluation(aws.job_name(number)) for number in (1, 2, 3)]
    assert [one["decision"] for one in written] == ["reject", "promote", "reject"]
    numbers = f"Its test:pwll -2.5 is no better than -2.4 of {aws.job_name(2)} (2 topics)."
    assert written[0]["reasons"] == [f"Another candidate was chosen. {numbers}"]
    assert written[0]["diagnostics"]["num_topics"] == 2
    assert "reported no test:pwll" in written[2]["reasons"][0]
    assert (written[2]["pwll"], written[2]["diagnostics"]) == (None, None)
    assert all(one["runs"] == found["runs"] for one in written)
    assert f"evaluations/{aws.job_name(4)}/evaluation.json" not in aws.s3.objects


def test_the_next_best_candidate_is_chosen_when_a_model_cant_be_read(aws: Any) -> None:
    aws.trained(aws.job_name(1), -2.5)
    aws.trained(aws.job_name(2), -2.4)
    aws.put(f"models/{aws.job_name(2)}/output/model.tar.gz", empty_archive())
    aws.serving("")
    aws.metric(-2.5)
    found = aws.run(aws.completed(1), aws.completed(2))
    assert found["training_job"] == aws.job_name(1)
    reason = "holds no usable model: the archive holds no file model_algo-1"
    assert reason in found["runs"][1]["reason"]
    assert reason in aws.evaluation(aws.job_name(2))["reasons"][0]


def test_when_no_candidate_is_left_the_error_has_all_reasons(aws: Any) -> None:
    aws.trained(aws.job_name(1), None)
    aws.trained(aws.job_name(2), -2.4)
    aws.put(f"models/{aws.job_name(2)}/output/model.tar.gz", empty_archive())
    aws.serving("")
    with pytest.raises(
        ValueError, match=r"None of the 3 candidates can be promoted: \(1\) No\. \(2\) "
    ) as raised:
        aws.run(aws.completed(1), aws.completed(2), aws.failed(3, "No."))
    assert "reported no test:pwll" in str(raised.value)
    assert f"{aws.url_of(aws.job_name(2))} holds no usable model" in str(raised.value)
    assert type(raised.value).__name__ == "EvaluationError"


def test_the_error_of_a_single_candidate_is_its_reason(aws: Any) -> None:
    aws.trained(aws.job_name(), None)
    aws.serving("")
    with pytest.raises(ValueError, match=rf"^The training job {aws.job_name()} reported no test:pwll"):
        aws.run(aws.completed())


def test_an_evaluation_can_be_repeated_after_another_run_promoted_its_model(aws: Any) -> None:
    for url in ("", aws.url_of(aws.other)):
        aws.trained(aws.job_name(), -2.5)
        aws.serving(url)
        aws.metric(-2.5)
        assert aws.run(aws.completed())["incumbent"] == url
    assert "can't be compared" in aws.evaluation(aws.job_name())["reasons"][0]


def test_words_are_shown_where_the_dataset_has_a_vocabulary(aws: Any) -> None:
    aws.put("datasets/griffiths/vocabulary.txt", "\ufeffant\r\nbee\r\nc\u2028t\r\n".encode())
    aws.trained(aws.job_name(), -2.5)
    aws.serving("")
    aws.metric(-2.5)
    found = aws.run(aws.completed())
    topics = aws.evaluation(aws.job_name())["diagnostics"]["topics"]
    assert [topic["words"][0] for topic in topics] == ["ant", "c\u2028t"]
    assert found["topics"][0] == {
        "id": 0,
        "share": 0.5,
        "words": ["ant", "bee", "c\u2028t"],
        "identity": 0,
    }
    assert "Topic 0 (50.0%): ant, bee, c\u2028t" in found["summary"]


def test_the_words_and_the_preparation_are_kept_with_the_evaluation(aws: Any) -> None:
    for name, content in {"vocabulary.txt": b"ant\nbee\ncat\n", "preparation.json": b"{}"}.items():
        aws.put(f"datasets/griffiths/{name}", content)
    aws.trained(aws.job_name(), -2.5)
    aws.serving("")
    aws.metric(-2.5)
    aws.run(aws.completed())
    folder = f"evaluations/{aws.job_name()}"
    assert aws.s3.objects[f"{folder}/vocabulary.txt"] == b"ant\nbee\ncat\n"
    assert aws.s3.objects[f"{folder}/preparation.json"] == b"{}"
    evaluation = aws.evaluation(aws.job_name())
    assert evaluation["vocabulary"] == f"{folder}/vocabulary.txt"
    assert evaluation["preparation"] == f"{folder}/preparation.json"


@pytest.mark.parametrize("key", ["vocabulary.txt", "vocabulary.txt.old"])
def test_a_vocabulary_that_is_too_large_or_another_file_isnt_read(
    aws: Any, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluate_model.topics.vocabulary.MAX_VOCABULARY_BYTES", 3)
    aws.put(f"datasets/griffiths/{key}", b"ant\nbee\ncat\n")
    aws.trained(aws.job_name(), -2.5)
    aws.serving("")
    aws.metric(-2.5)
    aws.run(aws.completed())
    assert aws.evaluation(aws.job_name())["diagnostics"]["vocabulary"] is None


def test_a_metric_that_cant_be_put_is_reported_and_the_evaluation_succeeds(
    aws: Any, caplog: pytest.LogCaptureFixture
) -> None:
    aws.trained(aws.job_name(), -2.5)
    aws.serving("")
    aws.cloudwatch.add_client_error("put_metric_data", "AccessDenied", "not authorized")
    found = aws.run(aws.completed())
    assert found["promote"] is True
    assert "The metrics TestCompletion and TestPwll lack this model: " in found["summary"].splitlines()[-1]
    assert "not authorized" in caplog.text


def test_a_stack_that_isnt_deployed_is_reported(aws: Any) -> None:
    aws.trained(aws.job_name(), -2.5)
    missing = "Stack with id DevServing does not exist"
    aws.cloudformation.add_client_error("describe_stacks", "ValidationError", missing)
    with pytest.raises(ValueError, match="The stack DevServing isn't deployed"):
        aws.run(aws.completed())


def test_forty_runs_with_long_reasons_fit_into_a_state(aws: Any) -> None:
    aws.trained(aws.job_name(0), -2.5)
    aws.serving("")
    aws.metric(-2.5)
    found = aws.run(aws.completed(0), *(aws.failed(number, "x" * 30_000) for number in range(1, 40)))
    assert len(json.dumps(found)) < 100_000


def test_models_are_scored_while_there_is_time_those_with_few_topics_first(
    aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluate_model.sweep._READING_SECONDS", 0)
    for number, topics in ((1, 5), (2, 2)):
        aws.trained(aws.job_name(number), -2.5, topics)
    aws.serving("")
    aws.metric(-2.5)
    found = aws.run(aws.completed(1, 5), aws.completed(2))
    assert found["training_job"] == aws.job_name(2)
    assert "The time to score models was over" in found["runs"][0]["reason"]
    assert aws.evaluation(aws.job_name(1))["diagnostics"] is None


def test_a_good_model_of_an_execution_that_asks_for_no_promotion_is_recommended(aws: Any) -> None:
    aws.trained(aws.job_name(), -2.5)
    aws.serving("")
    aws.metric(-2.5)
    assert aws.run(aws.completed(), promote=False)["promote"] is True
    assert aws.evaluation(aws.job_name())["decision"] == "recommended"
