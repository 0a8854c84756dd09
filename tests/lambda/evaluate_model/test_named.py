"""EvaluateModel for a model that the execution names instead of training one."""

from typing import Any

import pytest

NOTHING = {"dataset": None, "test_split": None, "channels": None}


def test_a_named_model_is_promoted_without_a_comparison_and_its_evaluation_stays(aws: Any) -> None:
    aws.put(f"evaluations/{aws.job_name()}/evaluation.json", b'{"as": "it was"}')
    aws.put(f"evaluations/{aws.other}/evaluation.json", b'{"pwll": -2.0, "test_split": "split"}')
    aws.trained(aws.job_name(), -3.5)
    aws.serving(aws.url_of(aws.other))
    found = aws.run(promote_training_job=aws.job_name(), minimum_pwll=-1.0, **NOTHING)
    summary = found.pop("summary")
    begin = f"The model of {aws.job_name()} was named by promote_training_job and is promoted without a"
    numbers = f"its own test:pwll is -3.5, and that of the serving model {aws.other} is -2."
    assert found == {
        "promote": True,
        "reason": f"{begin} comparison: {numbers}",
        "training_job": aws.job_name(),
        "model_data_url": aws.url_of(aws.job_name()),
        "num_topics": 2,
        "metrics": {"test:pwll": -3.5},
        "runs": [],
        "topics": [],
        "completion": None,
        "warnings": [],
        "incumbent": aws.url_of(aws.other),
    }
    assert summary.splitlines()[0] == f"Worth promoting: {found['reason']}"
    assert summary.splitlines()[1].startswith("Topics: 2 of 2 effective")
    assert aws.evaluation(aws.job_name()) == {"as": "it was"}


def test_the_words_of_a_named_model_are_those_that_its_evaluation_kept(aws: Any) -> None:
    aws.put(f"evaluations/{aws.job_name()}/vocabulary.txt", b"ant\nbee\ncat\n")
    aws.put("datasets/griffiths/vocabulary.txt", b"dog\nemu\nfox\n")
    aws.trained(aws.job_name(), -3.5)
    aws.serving("")
    found = aws.run(promote_training_job=aws.job_name(), **NOTHING)
    assert [topic["words"][0] for topic in found["topics"]] == ["ant", "cat"]
    assert "Topic 1 (50.0%): cat, " in found["summary"]


def test_a_named_model_without_a_score_is_promoted(aws: Any) -> None:
    aws.trained(aws.job_name(), None)
    aws.serving("")
    found = aws.run(promote_training_job=aws.job_name(), **NOTHING)
    assert found["promote"] is True
    assert found["metrics"] == {}


def test_a_named_model_that_serves_already_serves(aws: Any) -> None:
    aws.trained(aws.job_name(), -3.5)
    aws.serving(aws.url_of(aws.job_name()))
    found = aws.run(promote_training_job=aws.job_name(), **NOTHING)
    assert found["reason"].endswith("its own test:pwll is -3.5, and it already serves.")


def test_an_object_that_isnt_a_model_isnt_promoted(aws: Any) -> None:
    aws.trained(aws.job_name(), -3.5)
    aws.put(f"models/{aws.job_name()}/output/model.tar.gz", b"no archive")
    with pytest.raises(ValueError, match="holds no usable model"):
        aws.run(promote_training_job=aws.job_name(), **NOTHING)
