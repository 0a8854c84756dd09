"""What the truth table doesn't say: the sentences, the bounds' edges, the ways to be unevaluated."""

from collections.abc import Callable
from typing import Any

import pytest

Load = Callable[..., Any]
BUCKET = "data-bucket"
JOB = "lda-dev-run-0123abcd-0"
URL = f"s3://{BUCKET}/models/{JOB}/output/model.tar.gz"
OTHER = "lda-dev-old-89abcdef-0"
OTHER_URL = f"s3://{BUCKET}/models/{OTHER}/output/model.tar.gz"


class Judge:
    """The modules of the function, and its decision on a model of a given pwll."""

    def __init__(self, load: Load) -> None:
        self.decision = load("evaluate_model.decision")
        self.candidate = load("evaluate_model.candidate")
        self.comparison = load("evaluate_model.comparison")

    def model(self, pwll: float | None, url: str = URL) -> Any:
        metrics = {} if pwll is None else {"test:pwll": pwll}
        return self.candidate.Candidate(JOB, url, "", {"num_topics": "10"}, metrics)

    def incumbent(self, url: str = OTHER_URL, **evaluation: Any) -> Any:
        return self.comparison.Incumbent(url, {"pwll": -3.0, "test_split": "split", **evaluation})

    def __call__(
        self, pwll: float, incumbent: Any, minimum: float | None = None, hold: str = "promote", url: str = URL
    ) -> Any:
        rules = self.decision.Rules(minimum, 0.05, hold)
        return self.decision.decide(self.model(pwll, url), "split", incumbent, rules)


@pytest.fixture
def judge(load: Load) -> Judge:
    return Judge(load)


@pytest.mark.parametrize(
    ("pwll", "promote", "verdict"),
    [
        (-2.9, True, "at least as good"),
        (-3.0, True, "at least as good"),
        (-3.05, True, "worse, within the tolerance 0.05"),
        (-3.0500001, False, "worse, by more than the tolerance 0.05"),
        (-4, False, "worse, by more than the tolerance 0.05"),
    ],
)
def test_a_model_may_be_worse_than_the_serving_one_by_the_tolerance(
    judge: Judge, pwll: float, verdict: str, *, promote: bool
) -> None:
    found = judge(pwll, judge.incumbent())
    assert found.promote is promote
    numbers = f"test:pwll {pwll:.6g} against -3 of the serving model {OTHER}"
    assert found.reason == f"{numbers}, on the same test documents: {verdict}."
    assert found.comparison == "same test documents"


def test_a_model_below_its_own_bound_is_kept_back_even_when_nothing_serves(judge: Judge) -> None:
    found = judge(-3.0, None, minimum=-2.5)
    assert not found.promote
    assert found.reason == "test:pwll -3 is below minimum_pwll -2.5."
    assert found.comparison == "no incumbent"
    assert judge(-2.5, None, minimum=-2.5).promote


@pytest.mark.parametrize("hold", ["promote", "hold"])
@pytest.mark.parametrize(
    ("incumbent", "reason"),
    [
        (lambda j: j.comparison.Incumbent(OTHER_URL), "has no readable evaluation at evaluations/" + OTHER),
        (
            lambda j: j.incumbent(test_split="other"),
            "was measured on other test documents (its test:pwll there: -3)",
        ),
        (lambda j: j.incumbent(pwll=None), "has an evaluation without a finite pwll"),
        (lambda j: j.incumbent(pwll=float("-inf")), "has an evaluation without a finite pwll"),
        (lambda j: j.incumbent(pwll="-3"), "has an evaluation without a finite pwll"),
        (lambda j: j.comparison.Incumbent("s3://elsewhere/model.tar.gz"), "wasn't trained here"),
    ],
)
def test_where_nothing_can_be_compared_the_setting_decides_and_is_named(
    judge: Judge, incumbent: Callable[[Judge], Any], reason: str, hold: str
) -> None:
    found = judge(-30.0, incumbent(judge), hold=hold)
    assert found.promote is (hold == "promote")
    assert found.reason.startswith("test:pwll -30 can't be compared: the serving model ")
    assert reason in found.reason
    assert found.reason.endswith(f"The setting when_not_comparable is {hold}.")
    assert found.comparison.startswith("not comparable: the serving model ")


@pytest.mark.parametrize("folder", ["models", "models/open"])
def test_the_other_algorithms_model_holds_nothing_up(judge: Judge, folder: str) -> None:
    others = {"models": "models/open", "models/open": "models"}[folder]
    ours, other = URL.replace("models", folder), OTHER_URL.replace("models", others)
    found = judge(-30.0, judge.incumbent(other, pwll=-1.0), hold="hold", url=ours)
    assert found.promote
    assert "was trained by the other algorithm and can't be served any more" in found.reason


def test_two_models_of_the_open_algorithm_are_comparable(judge: Judge) -> None:
    ours, other = URL.replace("models/", "models/open/"), OTHER_URL.replace("models/", "models/open/")
    assert not judge(-30.0, judge.incumbent(other), url=ours).promote


def test_a_model_that_was_promoted_meanwhile_is_said_to_serve(judge: Judge) -> None:
    found = judge(-3.0, judge.incumbent(URL), hold="hold")
    assert found.promote
    assert found.reason == "test:pwll is -3, and this model already serves."


@pytest.mark.parametrize(
    ("pwll", "incumbent", "ending"),
    [
        (-3.1, lambda _: None, "its own test:pwll is -3.1, and no model serves yet."),
        (-3.1, Judge.incumbent, f"its own test:pwll is -3.1, and that of the serving model {OTHER} is -3."),
        (-3.1, lambda j: j.incumbent(URL), "its own test:pwll is -3.1, and it already serves."),
        (None, lambda j: j.incumbent(pwll=None), f"it has no test:pwll, and the serving model {OTHER} has"),
    ],
)
def test_a_named_model_is_promoted_without_a_comparison_and_its_sentence_has_the_numbers(
    judge: Judge, pwll: float | None, incumbent: Callable[[Judge], Any], ending: str
) -> None:
    found = judge.decision.decide_named(judge.model(pwll), incumbent(judge))
    assert found.promote
    begin = f"The model of {JOB} was named by promote_training_job and is promoted without a comparison: "
    assert found.reason.startswith(begin + ending)
