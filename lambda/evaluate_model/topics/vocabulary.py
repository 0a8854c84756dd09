"""The words of a model: those of its dataset, kept with its evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from common.bucket import Bucket

# Some four million words: more would take more memory than they are worth in an evaluation.
MAX_VOCABULARY_BYTES: Final = 1 << 25
_BYTE_ORDER_MARK: Final = "\ufeff"
VOCABULARY: Final = "vocabulary.txt"
FILES: Final = (VOCABULARY, "preparation.json")


def dataset_folder(dataset: str) -> str:
    """Return the prefix of a dataset's objects."""
    return f"datasets/{dataset}/"


def evaluation_folder(training_job: str) -> str:
    """Return the prefix of the objects of a model's evaluation."""
    return f"evaluations/{training_job}/"


def read_vocabulary(bucket: Bucket, folder: str) -> list[str] | None:
    """Return the words of a dataset or an evaluation, or None where it has none, or more than fit the memory.

    Lines end with LF or CRLF and nothing else; a byte order mark isn't part of the first word.
    """
    content = bucket.read_or_none(f"{folder}{VOCABULARY}", MAX_VOCABULARY_BYTES + 1)
    if content is None or len(content) > MAX_VOCABULARY_BYTES:
        return None
    text = content.decode(errors="replace").removeprefix(_BYTE_ORDER_MARK).removesuffix("\n")
    return [line.removesuffix("\r") for line in text.split("\n")]


def keep_words(bucket: Bucket, dataset: str, training_job: str) -> dict[str, str | None]:
    """Copy what a dataset knows of its words to a model's evaluation: a later upload may replace it.

    Returns
    -------
    dict
        The keys of the copies, `vocabulary` and `preparation`: what turns text into counts. None where the
        dataset has no such object.
    """
    keys: dict[str, str | None] = {}
    for name in FILES:
        source, target = dataset_folder(dataset) + name, evaluation_folder(training_job) + name
        exists = bucket.describe_or_none(source) is not None
        if exists:
            bucket.copy(source, target)
        keys[name.partition(".")[0]] = target if exists else None
    return keys
