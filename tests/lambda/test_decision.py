import math
from collections.abc import Callable
from typing import Any

import pytest

Load = Callable[..., Any]
BUCKET = "data-bucket"
JOB = "lda-dev-run-0123abcd-0"
URL = f"s3://{BUCKET}/models/{JOB}/output/model.tar.gz"
OTHER = "lda-dev-old-89abcdef-0"
OTHER_URL = f"s3://{BUCKET}/models/{OTHER}/output/model.tar.gz"


@pytest.fixture
def decision(load: Load) -> Any:
    return load("evaluate_model", "decision")


def decide(decision: Any, pwll: float, incumbent: Any, minimum: float | None = None, url: str = URL) -> Any:
    candidate = decision.Candidate(JOB, url, "split", pwll)
    return decision.decide(candidate, incumbent, decision.Bar(minimum, 0.05))


def evaluated(decision: Any, url: str = OTHER_URL, **evaluation: Any) -> Any:
    return decision.Incumbent(url, {"pwll": -3.0, "test_split": "split", **evaluation})


def test_the_first_model_is_promoted(decision: Any) -> None:
    found = decide(decision, -3.0, None)
    assert found.promote
    assert found.reasons == ("No model serves yet.",)


@pytest.mark.parametrize(("pwll", "promote"), [(-2.9, True), (-3.05, True), (-3.0500001, False), (-4, False)])
def test_a_model_may_be_worse_than_the_serving_one_by_the_tolerance(
    decision: Any, pwll: float, *, promote: bool
) -> None:
    found = decide(decision, pwll, evaluated(decision))
    assert found.promote is promote
    (reason,) = found.reasons
    assert f"against -3 of the serving model {OTHER}, on the same test documents" in reason
    assert ("within" if promote else "worse by more than") in reason


def test_a_model_below_its_own_bound_is_kept_back_even_when_nothing_serves(decision: Any) -> None:
    found = decide(decision, -3.0, None, minimum=-2.5)
    assert not found.promote
    assert found.reasons == ("test:pwll -3 is below minimum_pwll -2.5.",)
    assert decide(decision, -2.5, None, minimum=-2.5).promote


@pytest.mark.parametrize(
    ("incumbent", "reason"),
    [
        (lambda d: d.Incumbent(OTHER_URL), "has no readable evaluation at evaluations/" + OTHER),
        (lambda d: evaluated(d, test_split="other"), "was evaluated on other test documents"),
        (lambda d: evaluated(d, pwll=None), "an evaluation without a finite pwll"),
        (lambda d: evaluated(d, pwll=float("-inf")), "an evaluation without a finite pwll"),
        (
            lambda d: evaluated(d, f"s3://{BUCKET}/models/open/{OTHER}/output/model.tar.gz", pwll=9.0),
            "was trained by the other algorithm",
        ),
        (lambda d: d.Incumbent("s3://elsewhere/model.tar.gz"), "wasn't trained here"),
    ],
)
def test_a_model_that_cant_be_compared_is_promoted_and_the_reason_is_named(
    decision: Any, incumbent: Callable[[Any], Any], reason: str
) -> None:
    found = decide(decision, -30.0, incumbent(decision))
    assert found.promote
    assert reason in found.reasons[0]


def test_two_models_of_the_open_algorithm_are_comparable(decision: Any) -> None:
    ours, other = URL.replace("models/", "models/open/"), OTHER_URL.replace("models/", "models/open/")
    assert not decide(decision, -30.0, evaluated(decision, other), url=ours).promote


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        ({}, "reported no test:pwll, only nothing"),
        ({"train:x": 1.0}, "reported no test:pwll, only train:x"),
        ({"test:pwll": math.nan}, "reported test:pwll = nan"),
        ({"test:pwll": -math.inf}, "reported test:pwll = -inf"),
    ],
)
def test_a_job_without_a_finite_score_is_no_model_to_judge(
    decision: Any, metrics: dict[str, float], sentence: str
) -> None:
    with pytest.raises(decision.EvaluationError, match=sentence):
        decision.pwll_of(JOB, metrics)


def test_diagnostics_of_known_topics(load: Load) -> None:
    diagnostics, artifact = load("evaluate_model", "diagnostics"), load("evaluate_model", "artifact")
    topics = [[1.0, 0, 0, 0], [0.25] * 4, [0.5, 0.5, 0, 0]]
    found = diagnostics.diagnose(artifact.Model([0.1, 0.2, 0.7], 4, iter(topics)))
    assert found["alpha"] == {"smallest": 0.1, "largest": 0.7, "sum": pytest.approx(1.0)}
    assert [topic["effective_words"] for topic in found["topics"]] == pytest.approx([1, 4, 2])
    assert found["largest_overlap"] == {"overlap": 0.5, "topics": [1, 2]}


def test_duplicate_topics_overlap_wholly_and_one_topic_has_no_other(load: Load) -> None:
    diagnostics = load("evaluate_model", "diagnostics")
    top = diagnostics.top_words([0.75, 0.25])
    assert diagnostics.largest_overlap([top, top]) == {"overlap": 1.0, "topics": [0, 1]}
    assert diagnostics.largest_overlap([top]) is None


@pytest.mark.parametrize(
    ("alpha", "topic"), [([math.nan], [1.0]), ([0.0], [1.0]), ([1.0], [0.5, 0.4]), ([1.0], [1.5, -0.5])]
)
def test_numbers_that_are_no_model_are_refused(load: Load, alpha: list[float], topic: list[float]) -> None:
    diagnostics, artifact = load("evaluate_model", "diagnostics"), load("evaluate_model", "artifact")
    with pytest.raises(artifact.ArtifactError):
        diagnostics.diagnose(artifact.Model(alpha, len(topic), iter([topic])))
