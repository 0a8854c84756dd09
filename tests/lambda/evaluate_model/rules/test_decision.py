"""The decisions beyond the truth table: their sentences, exact limits, and models without an evaluation."""

from typing import Any

import pytest

from evaluate_model.candidate import Candidate
from evaluate_model.incumbent import Incumbent
from evaluate_model.rules.comparison import Serving, compare
from evaluate_model.rules.decision import Decision, Rules, decide, decide_named
from evaluate_model.rules.selection import EvaluatedModel

BUCKET = "data-bucket"
JOB = "lda-dev-run-0123abcd-0"
URL = f"s3://{BUCKET}/models/{JOB}/output/model.tar.gz"
PWLL_OF = "test:pwll is {} (no test document could be used for completion)"
OTHER = "lda-dev-old-89abcdef-0"
OTHER_URL = f"s3://{BUCKET}/models/{OTHER}/output/model.tar.gz"


def model(pwll: float | None, url: str = URL) -> Candidate:
    metrics = {} if pwll is None else {"test:pwll": pwll}
    return Candidate(JOB, url, "", {"num_topics": "10", "feature_dim": "25"}, metrics)


def serving(url: str = OTHER_URL, **evaluation: Any) -> Incumbent:
    return Incumbent(url, {"pwll": -3.0, "test_split": "split", **evaluation})


def decided(
    pwll: float,
    incumbent: Incumbent | None,
    minimum: float | None = None,
    when_not_comparable: str = "promote",
    url: str = URL,
) -> tuple[Decision, str]:
    """Return the decision on a model whose completion can't be had, and the text of the comparison."""
    evaluated = EvaluatedModel(model(pwll, url), {"redundant_topics": 0}, None)
    comparison = compare(evaluated, None, "split", Serving(incumbent, None, None, 0) if incumbent else None)
    rules = Rules(minimum, False, 0.05, when_not_comparable)  # noqa: FBT003 -- no new vocabulary
    return decide(evaluated, comparison, rules), comparison.text


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
    pwll: float, verdict: str, *, promote: bool
) -> None:
    found, comparison = decided(pwll, serving())
    assert found.promote is promote
    numbers = f"test:pwll {pwll:.6g} against -3 of the serving model {OTHER}"
    assert found.reason == f"{numbers}, since the completion of both can't be had: {verdict}."
    assert comparison == "test:pwll on the same test documents"


def test_a_model_below_the_minimum_is_rejected_even_when_nothing_serves() -> None:
    found, comparison = decided(-3.0, None, minimum=-2.5)
    assert not found.promote
    assert found.reason == "test:pwll -3 is below minimum_pwll -2.5."
    assert comparison == "no incumbent"
    assert decided(-2.5, None, minimum=-2.5)[0].promote


@pytest.mark.parametrize("setting", ["promote", "hold"])
@pytest.mark.parametrize(
    ("incumbent", "reason"),
    [
        (Incumbent(OTHER_URL), "has no readable evaluation at evaluations/" + OTHER),
        (
            serving(test_split="other"),
            "was measured on other test documents.",
        ),
        (serving(pwll=None), "has an evaluation without a finite pwll"),
        (serving(pwll=float("-inf")), "has an evaluation without a finite pwll"),
        (serving(pwll="-3"), "has an evaluation without a finite pwll"),
        (Incumbent("s3://elsewhere/model.tar.gz"), "wasn't trained here"),
    ],
)
def test_where_nothing_can_be_compared_the_setting_decides_and_is_named(
    incumbent: Incumbent, reason: str, setting: str
) -> None:
    found, comparison = decided(-30.0, incumbent, when_not_comparable=setting)
    assert found.promote is (setting == "promote")
    assert found.reason.startswith(f"{PWLL_OF.format(-30)}, which can't be compared: the serving model ")
    assert reason in found.reason
    assert found.reason.endswith(f"The setting when_not_comparable is {setting}.")
    assert comparison.startswith("not comparable: the serving model ")


@pytest.mark.parametrize("folder", ["models", "models/open"])
def test_a_serving_model_of_the_other_algorithm_is_always_replaced(folder: str) -> None:
    other_folder = {"models": "models/open", "models/open": "models"}[folder]
    url, other_url = URL.replace("models", folder), OTHER_URL.replace("models", other_folder)
    found, _ = decided(-30.0, serving(other_url, pwll=-1.0), when_not_comparable="hold", url=url)
    assert found.promote
    assert "was trained by the other algorithm and can't be served any more" in found.reason


def test_two_models_of_the_open_algorithm_are_comparable() -> None:
    url, other_url = URL.replace("models/", "models/open/"), OTHER_URL.replace("models/", "models/open/")
    assert not decided(-30.0, serving(other_url), url=url)[0].promote


def test_a_model_that_was_promoted_in_the_meantime_already_serves() -> None:
    found, _ = decided(-3.0, serving(URL), when_not_comparable="hold")
    assert found.promote
    assert found.reason == f"{PWLL_OF.format(-3)}, and this model already serves."


@pytest.mark.parametrize(
    ("pwll", "incumbent", "ending"),
    [
        (-3.1, None, "its own test:pwll is -3.1, and no model serves yet."),
        (-3.1, serving(), f"its own test:pwll is -3.1, and that of the serving model {OTHER} is -3."),
        (-3.1, serving(URL), "its own test:pwll is -3.1, and it already serves."),
        (None, serving(pwll=None), f"it has no test:pwll, and the serving model {OTHER} has"),
    ],
)
def test_a_named_model_is_promoted_without_a_comparison_and_its_sentence_has_the_numbers(
    pwll: float | None, incumbent: Incumbent | None, ending: str
) -> None:
    found = decide_named(model(pwll), incumbent)
    assert found.promote
    begin = f"The model of {JOB} was named by promote_training_job and is promoted without a comparison: "
    assert found.reason.startswith(begin + ending)
