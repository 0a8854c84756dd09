"""EvaluateModel with test documents: candidates and the serving model are scored on the same ones."""

import json
from typing import Any

import numpy as np
import pytest
from botocore.stub import ANY

GOOD = [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
FLAT = [[0.25, 0.25, 0.25, 0.25], [0.26, 0.24, 0.26, 0.24]]
TWICE = [*GOOD, *GOOD]
COUNTS = np.array([[4, 5, 0, 0], [6, 3, 0, 0], [0, 0, 2, 7], [0, 0, 5, 5], [3, 3, 0, 0], [0, 1, 4, 4]] * 3)
COUNTS[6:] += [1, 2, 0, 0]


@pytest.fixture
def ready(aws: Any) -> Any:
    aws.documents(COUNTS)
    return aws


def served(aws: Any, beta: Any, words: bytes | None = None) -> None:
    """Put a serving model into the bucket, whose test:pwll on record is much better."""
    aws.model(aws.other, beta)
    aws.put(f"evaluations/{aws.other}/evaluation.json", b'{"pwll": -0.1, "test_split": "split"}')
    if words:
        aws.put(f"evaluations/{aws.other}/vocabulary.txt", words)
    aws.serving(aws.url_of(aws.other))


def expect_metrics(aws: Any, pwll: float = -2.5) -> None:
    aws.metrics(TestCompletion=ANY, TestPwll=pwll)


def test_the_completion_of_the_first_model_is_on_record(ready: Any) -> None:
    ready.trained(ready.job_name(), -2.5, beta=GOOD)
    ready.serving("")
    expect_metrics(ready)
    found = ready.run(ready.completed())
    written = ready.evaluation(ready.job_name())["completion"]
    assert written["per_word"] > written["unigram"] + 0.3
    different = np.unique(COUNTS, axis=0)
    assert (written["documents"], written["tokens"]) == (len(different), different.sum())
    assert written["chosen_from"] == written["documents"]
    assert f"completion is {written['per_word']:.4f} per word" in found["reason"]
    assert found["runs"][0]["completion"] == written["per_word"]


def test_completion_and_not_the_pwll_decides_among_candidates(ready: Any) -> None:
    """The highest pwll belongs to a model of duplicates, as more topics have it by themselves."""
    ready.trained(ready.job_name(1), -2.5, beta=GOOD)
    ready.trained(ready.job_name(2), -2.0, 4, beta=TWICE)
    ready.serving("")
    expect_metrics(ready)
    found = ready.run(ready.completed(1), ready.completed(2, 4))
    assert found["training_job"] == ready.job_name(1)
    assert "2 of its 4 topics are duplicates" in found["runs"][1]["reason"]
    assert found["runs"][1]["redundant_topics"] == 2
    assert abs(found["runs"][1]["difference"]["mean"]) < 0.1


@pytest.mark.parametrize(("serving", "promote"), [(FLAT, True), (GOOD, False)])
def test_the_serving_model_is_scored_on_the_same_documents(
    ready: Any, serving: Any, *, promote: bool
) -> None:
    own = GOOD if promote else FLAT
    ready.trained(ready.job_name(), -2.5, beta=own)
    served(ready, serving)
    expect_metrics(ready)
    found = ready.run(ready.completed())
    assert found["promote"] is promote
    assert f"of the serving model {ready.other}, per word on the same" in found["reason"]
    written = ready.evaluation(ready.job_name())
    gain = written["incumbent"]["difference"]
    assert (gain["mean"] > gain["standard_error"]) is promote
    expected = written["completion"]["per_word"] - written["incumbent"]["completion"]
    assert gain["mean"] == pytest.approx(expected)
    assert written["comparison"] == "same test documents"


def test_documents_that_were_replaced_are_those_of_both(ready: Any) -> None:
    ready.trained(ready.job_name(), -2.5, beta=GOOD)
    served(ready, GOOD)
    expect_metrics(ready)
    found = ready.run(ready.completed(), test_split="another")
    assert found["promote"] is True
    assert "at least as good, by 0.0000 +- 0.0000" in found["reason"]


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize(
    ("beta", "words", "reason"),
    [
        (GOOD, b"ant\nbee\ncat\nemu\n", "has another vocabulary (word 4 is 'emu', and 'dog' in the new one)"),
        ([[0.5, 0.5, 0.0]], None, "has a vocabulary of 3 words, and the new one 4"),
    ],
)
def test_a_model_over_other_words_replaces_the_serving_one_only_if_that_is_meant(
    ready: Any, beta: Any, words: bytes | None, reason: str, *, accepted: bool
) -> None:
    ready.put("datasets/griffiths/vocabulary.txt", b"ant\nbee\ncat\ndog\n")
    ready.trained(ready.job_name(), -2.5, beta=GOOD)
    served(ready, beta, words)
    if words is None:
        evaluation = b'{"pwll": -0.1, "diagnostics": {"feature_dim": 3, "num_topics": 1}}'
        ready.put(f"evaluations/{ready.other}/evaluation.json", evaluation)
    expect_metrics(ready)
    found = ready.run(ready.completed(), accept_new_vocabulary=accepted)
    assert found["promote"] is accepted
    assert f"the serving model {ready.other} {reason}." in found["reason"]


def test_a_serving_model_that_is_gone_is_compared_by_what_is_on_record(ready: Any) -> None:
    ready.trained(ready.job_name(), -2.5, beta=GOOD)
    served(ready, GOOD)
    del ready.s3.objects[f"models/{ready.other}/output/model.tar.gz"]
    expect_metrics(ready)
    found = ready.run(ready.completed())
    assert found["promote"] is False
    assert "test:pwll -2.5 against -0.1" in found["reason"]
    assert "since the completion of both can't be had" in found["reason"]


def test_a_model_without_a_pwll_can_be_promoted_by_its_completion(ready: Any) -> None:
    ready.trained(ready.job_name(), None, beta=GOOD)
    ready.serving("")
    ready.metrics(TestCompletion=ANY)
    assert ready.run(ready.completed())["promote"] is True


def test_a_minimum_that_a_model_has_no_number_for_is_missed(ready: Any) -> None:
    ready.trained(ready.job_name(), None, beta=GOOD)
    ready.serving("")
    ready.metrics(TestCompletion=ANY)
    found = ready.run(ready.completed(), minimum_pwll=-3)
    assert (found["promote"], found["reason"]) == (False, "test:pwll none is below minimum_pwll -3.")


@pytest.mark.parametrize(("copies", "warned"), [(0, False), (3, True)])
def test_test_documents_that_are_training_documents_too_are_reported(
    ready: Any, copies: int, *, warned: bool
) -> None:
    ready.documents([*COUNTS[:copies], [9, 9, 9, 9]], split="train")
    ready.trained(ready.job_name(), -2.5, beta=GOOD)
    ready.serving("")
    expect_metrics(ready)
    found = ready.run(ready.completed())
    assert any("3 of the" in warning for warning in found["warnings"]) is warned
    assert ("have the same words as a training document (of 4 that were read)" in found["summary"]) is warned
    assert ready.evaluation(ready.job_name())["warnings"] == found["warnings"]


def test_topics_keep_the_numbers_of_the_serving_models_topics(ready: Any) -> None:
    ready.trained(ready.job_name(), -2.5, beta=GOOD[::-1])
    served(ready, GOOD)
    identities = {"ids": [4, 8], "overlaps": [None, None], "gone": [], "next_id": 9}
    evaluation = {"pwll": -2.0, "test_split": "split", "identities": identities}
    ready.put(f"evaluations/{ready.other}/evaluation.json", json.dumps(evaluation).encode())
    ready.put("datasets/griffiths/vocabulary.txt", b"ant\nbee\ncat\ndog\n")
    expect_metrics(ready)
    found = ready.run(ready.completed())
    assert [topic["identity"] for topic in found["topics"]] == [8, 4]
    assert ready.evaluation(ready.job_name())["identities"]["ids"] == [8, 4]
    assert "2 of the serving model's 2 topics continue." in found["summary"]


def test_a_serving_model_of_another_width_is_held_without_an_evaluation_too(ready: Any) -> None:
    ready.trained(ready.job_name(), -2.5, beta=GOOD)
    ready.model(ready.other, [[0.5, 0.5, 0.0]])
    ready.serving(ready.url_of(ready.other))
    expect_metrics(ready)
    found = ready.run(ready.completed())
    assert found["promote"] is False
    assert "has a vocabulary of 3 words, and the new one 4" in found["reason"]


def test_without_any_number_in_common_the_setting_decides_in_a_whole_sentence(ready: Any) -> None:
    ready.trained(ready.job_name(), None, beta=GOOD)
    served(ready, GOOD)
    del ready.s3.objects[f"models/{ready.other}/output/model.tar.gz"]
    ready.metrics(TestCompletion=ANY)
    found = ready.run(ready.completed())
    assert found["promote"] is True
    assert "can only be compared by its test:pwll, which the new one has none of." in found["reason"]
