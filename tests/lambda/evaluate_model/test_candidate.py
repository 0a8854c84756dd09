"""Training jobs as candidates, and which of them is the best."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from common.errors import EvaluationError
from common.resource_names import is_open_model
from evaluate_model.candidate import Candidate, from_description, rank, reason_unscored, score

URL = "s3://bucket/models/job/output/model.tar.gz"


def model(name: str, pwll: float | None, num_topics: int = 10) -> Candidate:
    metrics = {} if pwll is None else {"test:pwll": pwll}
    return Candidate(name, URL, "", {"num_topics": str(num_topics)}, metrics)


def test_a_candidate_is_read_from_sagemakers_description_of_its_job() -> None:
    created = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    job = {
        "TrainingJobName": "job",
        "ModelArtifacts": {"S3ModelArtifacts": URL},
        "CreationTime": created,
        "HyperParameters": {"num_topics": "20", "alpha0": "0.5"},
        "FinalMetricDataList": [{"MetricName": "test:pwll", "Value": -2.5, "Timestamp": created}],
    }
    found = from_description(job)
    assert (found.num_topics, found.hyperparameters["alpha0"], found.pwll) == (20, "0.5", -2.5)
    assert not is_open_model(found.model_data_url)
    assert found.created == datetime(2026, 1, 1, tzinfo=UTC).isoformat()


def test_the_highest_pwll_is_the_best_and_of_equal_ones_fewer_topics_then_the_first() -> None:
    models = [("a", -3.0, 5), ("b", -2.0, 20), ("c", -2.0, 10), ("d", -2.0, 10), ("e", None, 1)]
    ranked = rank(model(*arguments) for arguments in models)
    assert [one.training_job for one in ranked] == ["c", "d", "b", "a"]


@pytest.mark.parametrize("pwll", [math.nan, -math.inf, math.inf])
def test_a_score_that_isnt_finite_is_not_ranked(pwll: float) -> None:
    assert rank([model("a", pwll)]) == []


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        ({}, "reported no test:pwll, only nothing"),
        ({"train:x": 1.0}, "reported no test:pwll, only train:x"),
        ({"test:pwll": math.nan}, "reported test:pwll = nan"),
        ({"test:pwll": -math.inf}, "reported test:pwll = -inf"),
    ],
)
def test_a_job_without_a_finite_score_cant_be_evaluated(metrics: dict[str, float], sentence: str) -> None:
    found = Candidate("job", URL, "", {}, metrics)
    assert sentence in reason_unscored(found)
    with pytest.raises(EvaluationError, match=sentence):
        score(found)


def test_a_job_with_a_score_has_no_reason_to_be_unscored() -> None:
    assert reason_unscored(model("a", -2.0)) == ""
