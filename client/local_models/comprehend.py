"""The output of Amazon Comprehend's topic modeling: output.tar.gz with two CSV files."""

import csv
import io
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from client.local_models.model_folder import ModelFolder
from data_prep.recordio.writer import replace_file

OUTPUT = "output.tar.gz"
_TERMS = 10  # per topic, as Comprehend lists
_MIN_PROPORTION = 0.01  # a smaller share of a document is not listed


def write_output(path: Path) -> None:
    """Write output.tar.gz into a model's folder.

    topic-terms.csv has the ten most probable words of each topic with their probabilities, doc-topics.csv the
    topics of each document with their shares, from 1 %. Topics are numbered 000, 001 and so on; documents are
    named by their ids: the file, and its line from 0 if there is one document a line.
    """
    folder = ModelFolder(path)
    with replace_file(path / OUTPUT) as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
        _add(archive, "topic-terms.csv", ("topic", "term", "weight"), _terms(folder))
        _add(archive, "doc-topics.csv", ("docname", "topic", "proportion"), _documents(folder))


def _terms(folder: ModelFolder) -> Iterator[tuple[str, str, str]]:
    words = folder.model.top_words(folder.vocabulary, _TERMS)
    column = {word: number for number, word in enumerate(folder.vocabulary)}
    for topic, row in enumerate(words):
        for word in row:
            yield f"{topic:03d}", word, f"{folder.model.beta[topic, column[word]]:.9g}"


def _documents(folder: ModelFolder) -> Iterator[tuple[str, str, str]]:
    for document in folder.documents():
        shares: Sequence[float] = document["topic_mixture"]
        for topic in sorted(range(len(shares)), key=lambda topic: -shares[topic]):
            if shares[topic] >= _MIN_PROPORTION:
                yield document["id"], f"{topic:03d}", f"{shares[topic]:.9g}"


def _add(archive: tarfile.TarFile, name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with tempfile.TemporaryFile() as content:
        _write_csv(content, head, rows)
        member = tarfile.TarInfo(name)
        member.size = content.tell()
        content.seek(0)
        archive.addfile(member, content)


def _write_csv(target: IO[bytes], head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    text.detach()  # the caller reads what was written
