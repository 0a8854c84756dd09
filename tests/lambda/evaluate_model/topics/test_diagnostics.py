"""Numbers about topics, on topics whose numbers are known."""

import math
from collections.abc import Callable
from typing import Any

import pytest

Load = Callable[..., Any]
EVEN = 1000
BARS = [[0.5, 0.5, 0, 0, 0, 0], [0, 0, 0.5, 0.5, 0, 0], [0, 0, 0, 0, 0.5, 0.5]]


@pytest.fixture
def diagnose(load: Load) -> Callable[..., dict[str, Any]]:
    diagnostics, artifact = load("evaluate_model.topics.diagnostics"), load("common.model_artifact")

    def of(alpha: list[float], topics: list[list[float]]) -> dict[str, Any]:
        found: dict[str, Any] = diagnostics.diagnose(artifact.Model(alpha, len(topics[0]), iter(topics)))
        return found

    return of


@pytest.fixture
def warnings(load: Load) -> Callable[[dict[str, Any]], list[str]]:
    found: Callable[[dict[str, Any]], list[str]] = load("evaluate_model.topics.advice").warnings
    return found


def test_the_prior_and_the_width_of_known_topics(diagnose: Callable[..., Any]) -> None:
    found = diagnose([0.1, 0.2, 0.7], [[1.0, 0, 0, 0], [0.25] * 4, [0.5, 0.5, 0, 0]])
    assert found["alpha"] == {"smallest": 0.1, "largest": 0.7, "sum": pytest.approx(1.0)}
    assert [topic["effective_words"] for topic in found["topics"]] == pytest.approx([1, 4, 2])
    assert found["largest_overlap"] == {"overlap": 0.5, "topics": [0, 2]}


def test_topics_of_their_own_raise_no_warning(
    diagnose: Callable[..., Any], warnings: Callable[..., Any]
) -> None:
    found = diagnose([0.2, 0.2, 0.2], BARS)
    assert found["effective_topics"] == pytest.approx(3)
    assert found["largest_overlap"]["overlap"] == 0
    assert (found["near_duplicates"], found["dead_topics"], warnings(found)) == ([], [], [])


def test_a_prior_on_few_topics_is_warned_of(
    diagnose: Callable[..., Any], warnings: Callable[..., Any]
) -> None:
    found = diagnose([0.9, 0.05, 0.05], BARS)
    entropy = -0.9 * math.log(0.9) - 0.1 * math.log(0.05)
    assert found["effective_topics"] == pytest.approx(math.exp(entropy))
    assert warnings(found) == ["The prior lies on few topics: 1.48 effective of 3."]


def test_a_topic_that_the_prior_hardly_expects_is_dead(
    diagnose: Callable[..., Any], warnings: Callable[..., Any]
) -> None:
    found = diagnose([0.5, 0.5, 0.001], BARS)
    assert found["dead_topics"] == [{"topic": 2, "why": "its share of the prior is 0.001"}]
    assert warnings(found) == ["1 topic is dead (topic 2: its share of the prior is 0.001)."]


def test_a_topic_of_equal_probabilities_is_dead(diagnose: Callable[..., Any]) -> None:
    found = diagnose([1, 1, 1, 1], [*BARS, [1 / 6] * 6])
    assert [dead["topic"] for dead in found["dead_topics"]] == [3]
    assert "almost equally likely: 6 effective of 6" in found["dead_topics"][0]["why"]


def test_a_topic_that_is_the_mean_of_the_others_is_dead_and_a_large_one_alone_isnt(
    diagnose: Callable[..., Any],
) -> None:
    mean = [sum(column) / 3 for column in zip(*(BARS[0], BARS[0], BARS[1]), strict=True)]
    found = diagnose([2, 1, 1], [BARS[0], BARS[1], mean])
    assert [dead["topic"] for dead in found["dead_topics"]] == [2]
    assert "the mean of the other topics has 1 of" in found["dead_topics"][0]["why"]
    assert diagnose([100, 2, 2], BARS)["dead_topics"] == []


def test_the_only_topic_is_alive_and_has_no_other(diagnose: Callable[..., Any]) -> None:
    found = diagnose([1.0], [[0.25] * 4])
    assert (found["largest_overlap"], found["near_duplicates"], found["dead_topics"]) == (None, [], [])


def test_duplicates_are_found_in_flat_topics_too(
    diagnose: Callable[..., Any], warnings: Callable[..., Any]
) -> None:
    # Each topic's 50 most likely words are a tenth of it.
    flat = [0.1 / 50] * 50 + [0.9 / (EVEN - 50)] * (EVEN - 50)
    found = diagnose([1, 1, 1], [flat, flat, flat[::-1]])
    assert found["largest_overlap"] == {"overlap": pytest.approx(1.0), "topics": [0, 1]}
    assert found["near_duplicates"] == [found["largest_overlap"]]
    assert "1 pair of topics is nearly the same (topics 0 and 1 overlap by 1)" in " ".join(warnings(found))


def test_a_flat_topic_is_no_duplicate_of_one_that_lies_on_its_likeliest_words(
    diagnose: Callable[..., Any],
) -> None:
    tenth, most = ([share / 50] * 50 + [(1 - share) / (EVEN - 50)] * (EVEN - 50) for share in (0.1, 0.9))
    found = diagnose([1, 1], [tenth, most])
    assert found["largest_overlap"]["overlap"] == pytest.approx(1 / 9)


def test_many_duplicates_are_listed_up_to_a_number(
    diagnose: Callable[..., Any], warnings: Callable[..., Any]
) -> None:
    found = diagnose([1.0] * 10, [[0.75, 0.25]] * 10)
    assert len(found["near_duplicates"]) == 20
    assert "20 or more pairs of topics are nearly the same" in " ".join(warnings(found))


def test_top_words_are_the_likeliest_and_have_texts_where_the_vocabulary_fits(
    load: Load, diagnose: Callable[..., Any]
) -> None:
    with_words = load("evaluate_model.topics.diagnostics").with_words
    words = [f"word{number}" for number in range(30)]
    topic = [number / 435 for number in range(30)]
    found = diagnose([1.0], [topic])
    likeliest = list(range(29, 19, -1))
    assert found["topics"][0]["top_words"] == likeliest
    known = with_words(found, words)
    assert known["topics"][0]["words"] == [words[number] for number in likeliest]
    assert known["vocabulary"] == 30
    misfit = with_words(found, words[1:])
    assert ("words" in misfit["topics"][0], misfit["vocabulary"]) == (False, 29)
    assert with_words(found, None)["vocabulary"] is None


@pytest.mark.parametrize(
    ("alpha", "topic"), [([math.nan], [1.0]), ([0.0], [1.0]), ([1.0], [0.5, 0.4]), ([1.0], [1.5, -0.5])]
)
def test_numbers_that_are_no_model_are_refused(load: Load, alpha: list[float], topic: list[float]) -> None:
    diagnostics, artifact = load("evaluate_model.topics.diagnostics"), load("common.model_artifact")
    with pytest.raises(artifact.ArtifactError):
        diagnostics.diagnose(artifact.Model(alpha, len(topic), iter([topic])))


def test_the_diagnostics_are_told_in_a_sentence(load: Load, diagnose: Callable[..., Any]) -> None:
    told = load("evaluate_model.topics.advice").told
    assert told(diagnose([0.2, 0.2, 0.2], BARS)) == (
        "Topics: 3 of 3 effective, prior from 0.2 to 0.2 (sum 0.6); most alike are 0 and 1, "
        "with an overlap of 0."
    )
    assert told(diagnose([1.0], [[0.5, 0.5]])).endswith("prior from 1 to 1 (sum 1).")
