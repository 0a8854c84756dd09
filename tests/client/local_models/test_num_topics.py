import numpy as np
import pytest
from scipy import sparse

from client.local_models.num_topics import Candidate, Choice, choose_num_topics
from data_prep.synthetic import generate_griffiths_data


def chunks(counts: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[sparse.csr_array]:
    return [sparse.csr_array(part) for part in np.array_split(counts, 3)]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_true_number_is_found(seed: int) -> None:
    documents = generate_griffiths_data(num_documents=1500, num_topics=10, seed=seed)[2]
    choice = choose_num_topics(
        chunks(documents[:1200]), chunks(documents[1200:]), alpha0=1.0, seed=0, grid=(5, 10, 15, 20)
    )
    assert choice.num_topics == 10


def test_numbers_that_the_documents_cannot_support_are_not_tried() -> None:
    documents = generate_griffiths_data(num_documents=75, num_topics=5, seed=0)[2]
    choice = choose_num_topics(chunks(documents[:60]), chunks(documents[60:]), alpha0=1.0, seed=0)
    assert [candidate.num_topics for candidate in choice.candidates] == [2, 3, 5]


@pytest.mark.parametrize(
    ("candidates", "chosen", "sentence"),
    [
        (
            [Candidate(5, -2.0, 0.1, 0.01), Candidate(10, -1.91, 0.01, 0.02), Candidate(15, -1.9, 0.0, 0.0)],
            10,
            "10, 15 topics predict held-out documents equally well: the fewest are chosen.",
        ),
        (
            [Candidate(5, -2.0, 0.1, 0.01), Candidate(10, -1.9, 0.0, 0.0)],
            10,
            "The largest number that was tried is the best: a larger one may be better.",
        ),
        (
            [Candidate(5, -1.9, 0.0, 0.0), Candidate(10, -2.0, 0.1, 0.01)],
            5,
            "5 topics predict held-out documents better than all other numbers.",
        ),
    ],
)
def test_the_certainty_of_the_number_is_a_sentence(
    candidates: list[Candidate], chosen: int, sentence: str
) -> None:
    lines = Choice(chosen, tuple(candidates)).lines()
    assert lines[-1] == sentence
    (marked,) = [line for line in lines if line.startswith("*")]
    assert marked[1:].split()[0] == str(chosen)
