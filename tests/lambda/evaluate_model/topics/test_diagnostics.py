"""The diagnostics, on topics whose measures are known."""

import math
from typing import Any

import pytest

from common.model_artifact import ArtifactError, Model
from evaluate_model.topics import diagnostics
from evaluate_model.topics.diagnostics import with_words
from evaluate_model.topics.sentences import describe, warnings

EVEN = 1000
BARS = [[0.5, 0.5, 0, 0, 0, 0], [0, 0, 0.5, 0.5, 0, 0], [0, 0, 0, 0, 0.5, 0.5]]


def diagnose(alpha: list[float], topics: list[list[float]]) -> dict[str, Any]:
    return diagnostics.diagnose(Model(alpha, len(topics[0]), iter(topics)))


def test_the_prior_and_the_effective_words_of_known_topics() -> None:
    found = diagnose([0.1, 0.2, 0.7], [[1.0, 0, 0, 0], [0.25] * 4, [0.5, 0.5, 0, 0]])
    assert found["alpha"] == {"min": 0.1, "max": 0.7, "sum": pytest.approx(1.0)}
    assert [topic["effective_words"] for topic in found["topics"]] == pytest.approx([1, 4, 2])
    assert found["largest_overlap"] == {"overlap": 0.5, "topics": [0, 2]}


def test_distinct_topics_raise_no_warning() -> None:
    found = diagnose([0.2, 0.2, 0.2], BARS)
    assert found["effective_topics"] == pytest.approx(3)
    assert found["largest_overlap"]["overlap"] == 0
    assert (found["near_duplicates"], found["dead_topics"], warnings(found)) == ([], [], [])


def test_a_prior_concentrated_on_few_topics_raises_a_warning() -> None:
    found = diagnose([0.9, 0.05, 0.05], BARS)
    entropy = -0.9 * math.log(0.9) - 0.1 * math.log(0.05)
    assert found["effective_topics"] == pytest.approx(math.exp(entropy))
    assert warnings(found) == ["The prior is concentrated on few topics: 1.48 effective of 3."]


def test_a_topic_with_a_negligible_share_of_the_prior_is_dead() -> None:
    found = diagnose([0.5, 0.5, 0.001], BARS)
    assert found["dead_topics"] == [{"topic": 2, "reason": "its share of the prior is 0.001"}]
    assert warnings(found) == ["1 topic is dead (topic 2: its share of the prior is 0.001)."]


def test_a_topic_of_equal_probabilities_is_dead() -> None:
    found = diagnose([1, 1, 1, 1], [*BARS, [1 / 6] * 6])
    assert [dead["topic"] for dead in found["dead_topics"]] == [3]
    assert "almost equally likely: 6 effective of 6" in found["dead_topics"][0]["reason"]


def test_a_topic_that_is_the_mean_of_the_others_is_dead_and_a_large_distinct_one_isnt() -> None:
    mean = [sum(column) / 3 for column in zip(*(BARS[0], BARS[0], BARS[1]), strict=True)]
    found = diagnose([2, 1, 1], [BARS[0], BARS[1], mean])
    assert [dead["topic"] for dead in found["dead_topics"]] == [2]
    assert "the mean of the other topics has 1 of" in found["dead_topics"][0]["reason"]
    assert diagnose([100, 2, 2], BARS)["dead_topics"] == []


def test_a_single_topic_is_not_dead_and_overlaps_with_none() -> None:
    found = diagnose([1.0], [[0.25] * 4])
    assert (found["largest_overlap"], found["near_duplicates"], found["dead_topics"]) == (None, [], [])


def test_duplicates_are_found_in_flat_topics_too() -> None:
    # Each topic's 50 most likely words are a tenth of it.
    flat = [0.1 / 50] * 50 + [0.9 / (EVEN - 50)] * (EVEN - 50)
    found = diagnose([1, 1, 1], [flat, flat, flat[::-1]])
    assert found["largest_overlap"] == {"overlap": pytest.approx(1.0), "topics": [0, 1]}
    assert found["near_duplicates"] == [found["largest_overlap"]]
    assert "1 pair of topics is nearly the same (topics 0 and 1 overlap by 1)" in " ".join(warnings(found))


def test_a_flat_topic_and_one_concentrated_on_the_same_words_are_not_duplicates() -> None:
    tenth, most = ([share / 50] * 50 + [(1 - share) / (EVEN - 50)] * (EVEN - 50) for share in (0.1, 0.9))
    found = diagnose([1, 1], [tenth, most])
    assert found["largest_overlap"]["overlap"] == pytest.approx(1 / 9)


def test_at_most_twenty_near_duplicates_are_listed() -> None:
    found = diagnose([1.0] * 10, [[0.75, 0.25]] * 10)
    assert len(found["near_duplicates"]) == 20
    assert "20 or more pairs of topics are nearly the same" in " ".join(warnings(found))


def test_top_words_are_the_likeliest_and_have_texts_where_the_vocabulary_fits() -> None:
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
def test_numbers_that_arent_a_model_are_refused(alpha: list[float], topic: list[float]) -> None:
    with pytest.raises(ArtifactError):
        diagnostics.diagnose(Model(alpha, len(topic), iter([topic])))


def test_the_diagnostics_are_described_in_a_sentence() -> None:
    assert describe(diagnose([0.2, 0.2, 0.2], BARS)) == (
        "Topics: 3 of 3 effective, prior from 0.2 to 0.2 (sum 0.6); most similar are 0 and 1, "
        "with an overlap of 0; diversity 1.00, exclusivity 1.00."
    )
    one = describe(diagnose([1.0], [[0.5, 0.5]]))
    assert one.endswith("prior from 1 to 1 (sum 1); diversity 1.00, exclusivity 1.00.")
