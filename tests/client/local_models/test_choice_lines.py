"""The certainty of the number of topics is a table and a sentence."""

import pytest

from client.local_models.choice_lines import choice_lines
from spectral_lda.num_topics.choice import Candidate, Choice


@pytest.mark.parametrize(
    ("candidates", "chosen", "sentence"),
    [
        ([Candidate(2, -2.0, 0.0, 0.0)], 2, "The documents are too few to try a larger number."),
        (
            [
                Candidate(5, -2.0, 0.1, 0.01),
                Candidate(10, -1.91, 0.01, 0.02),
                Candidate(15, -1.9, 0.0, 0.0),
                Candidate(20, -1.95, 0.05, 0.01),
            ],
            10,
            "About 10 topics: of those tried, 10 to 15 predict as well.",
        ),
        (
            [Candidate(5, -2.0, 0.1, 0.01), Candidate(10, -1.9, 0.0, 0.0)],
            10,
            "10 topics: the largest number that was tried is the best",
        ),
        (
            [Candidate(5, -1.9, 0.0, 0.0), Candidate(10, -2.0, 0.1, 0.01)],
            5,
            "5 topics predict held-out documents better than all others.",
        ),
        (
            [Candidate(5, -1.9, 0.0, 0.0), Candidate(10, -1.8, -0.1, 0.01, redundant=2)],
            5,
            "Numbers with more than 10% redundant topics don't count.",
        ),
    ],
)
def test_the_certainty_of_the_number_is_a_sentence(
    candidates: list[Candidate], chosen: int, sentence: str
) -> None:
    lines = choice_lines(Choice(chosen, tuple(candidates)))
    assert sentence in lines[-1]
    (marked,) = [line for line in lines if line.startswith("*")]
    assert marked[1:].split()[0] == str(chosen)
    assert all(len(line) <= 80 for line in lines[:-1])
