from collections.abc import Callable
from typing import Any

import pytest

MANIFEST = "datasets/bars/manifest.json"


@pytest.mark.parametrize(("given", "most"), [({"num_topics": 6}, 6), ({"num_topics": [3, 6, 2]}, 6)])
def test_more_topics_than_words_are_a_problem(
    refusal: Any, run: Callable[..., Any], given: Any, most: int
) -> None:
    assert refusal(run, given) == (
        f"num_topics is {most}, but the vocabulary of {MANIFEST} has 5 words: there can't be more topics "
        "than words."
    )


def test_more_topics_than_documents_are_a_problem(
    edit_manifest: Any, refusal: Any, run: Callable[..., Any], bucket: Any
) -> None:
    edit_manifest(bucket, lambda m: m["splits"]["train"].update(documents=2))
    assert f"num_topics is 3, but {MANIFEST} has 2 train documents" in refusal(run, {})


@pytest.mark.parametrize(
    ("given", "training", "sentence"),
    [
        ({"alpha0": [1, 50]}, {}, "alpha0 is 50; values from 0.1 to 10 are usual."),
        ({"tol": 0.5}, {}, "tol is 0.5: the decomposition may stop before it converges."),
        ({}, {"instance_count": 20}, "train shards for 20 training instances"),
    ],
)
def test_a_risky_hyperparameter_is_a_note(
    run: Callable[..., Any], given: Any, training: Any, sentence: str
) -> None:
    (note,) = run(given, training=training)["report"]["notes"]
    assert sentence in note


def test_fewer_tokens_than_numbers_to_learn_are_a_note(
    edit_manifest: Any, run: Callable[..., Any], bucket: Any
) -> None:
    edit_manifest(bucket, lambda m: m["splits"]["train"].update(tokens=14))
    (note,) = run({"num_topics": 3})["report"]["notes"]
    assert "14 tokens, less than one for each word of each of 3 topics over 5 words" in note
    edit_manifest(bucket, lambda m: m["splits"]["train"].update(tokens=15))
    assert run({"num_topics": 3})["report"]["notes"] == []
