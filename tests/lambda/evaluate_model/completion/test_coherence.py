"""Coherence, diversity and exclusivity of topics."""

from typing import Any

import numpy as np
import pytest

from common.model_artifact import Model
from evaluate_model.completion.coherence import coherence, with_coherence
from evaluate_model.completion.held_out import HeldOutDocument, Sample
from evaluate_model.topics.diagnostics import diagnose

# Word 10 is in documents 0 and 1, word 11 in 0, 1 and 2, word 12 in 3.
SAMPLE = Sample(
    tuple(
        HeldOutDocument(words, (1,) * len(words), (0,) * len(words)) for words in ((0, 1), (0, 1), (1,), (2,))
    ),
    (10, 11, 12),
    4,
)


def test_coherence_is_the_mean_normalised_pmi_of_a_topics_words() -> None:
    together = np.log((2 / 4) / ((2 / 4) * (3 / 4))) / -np.log(2 / 4)
    found = coherence([[10, 11], [10, 12], [10, 11, 12], [10], [99, 98]], SAMPLE)
    assert found == [pytest.approx(together), -1, pytest.approx((together - 2) / 3), None, None]


def test_words_of_all_documents_are_as_coherent_as_can_be() -> None:
    sample = Sample((HeldOutDocument((0, 1), (1, 1), (1, 1)),) * 2, (4, 5), 2)
    assert coherence([[4, 5]], sample) == [1]


def test_the_diagnostics_have_the_coherence_of_each_topic_and_its_mean() -> None:
    found = with_coherence({"topics": [{"top_words": [10, 12]}, {"top_words": [99]}]}, SAMPLE)
    assert (found["npmi"], [topic["npmi"] for topic in found["topics"]]) == (-1, [-1, None])
    assert with_coherence({"topics": [{"top_words": [99]}]}, SAMPLE)["npmi"] is None


@pytest.mark.parametrize(
    ("beta", "diversity", "exclusivity"),
    [
        ([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]], 1.0, 1.0),
        ([[0.25] * 4, [0.25] * 4], 0.5, 0.5),
    ],
)
def test_words_of_one_topic_alone_are_diverse_and_exclusive(
    beta: Any, diversity: float, exclusivity: float
) -> None:
    found = diagnose(Model([0.5, 0.5], 4, iter(beta)))
    assert found["diversity"] == diversity
    assert found["exclusivity"] == pytest.approx(exclusivity)
