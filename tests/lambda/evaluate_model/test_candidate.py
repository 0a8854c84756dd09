"""Training jobs as candidates."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from common.resource_names import is_open_model
from evaluate_model.candidate import Candidate, from_description, reason_unscored

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
        "HyperParameters": {"num_topics": "20", "alpha0": "0.5", "feature_dim": "9"},
        "FinalMetricDataList": [{"MetricName": "test:pwll", "Value": -2.5, "Timestamp": created}],
    }
    found = from_description(job)
    assert (found.num_topics, found.feature_dim, found.pwll) == (20, 9, -2.5)
    assert not is_open_model(found.model_data_url)
    assert found.created == datetime(2026, 1, 1, tzinfo=UTC).isoformat()


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
    assert sentence in reason_unscored(Candidate("job", URL, "", {}, metrics))


def test_a_job_with_a_score_has_no_reason_to_be_unscored() -> None:
    assert reason_unscored(model("a", -2.0)) == ""
