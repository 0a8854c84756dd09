"""Counts as other tools of topic models write them: LDA-C, svmlight, UCI's bag of words, lists of words."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from data_prep.inputs.counts import Counts, Entries, LoadOptions, assemble
from data_prep.inputs.lines import read_lines
from data_prep.inputs.vocabulary import read_vocabulary

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[0-9]{1,18}")
_UCI_HEADER = 3  # lines: documents, words, entries


def load_ldac(path: Path, options: LoadOptions) -> Counts:
    """Read Blei's LDA-C: each line a document, `N word:count ...` with N different words."""

    def pairs(line: str, where: str) -> list[str]:
        announced, *rest = line.split() or ["0"]
        if not _WHOLE.fullmatch(announced) or int(announced) != len(rest):
            raise ValueError(f"{where}: {announced!r} announces the words, but {len(rest)} follow.")
        return rest

    return assemble(_of_pairs(path, "LDA-C", pairs), options, _sibling(path, options))


def load_svmlight(path: Path, options: LoadOptions) -> Counts:
    """Read svmlight (libsvm): each line a document, `label word:count ...`; the labels are left out."""

    def pairs(line: str, _where: str) -> list[str]:
        content = line.partition("#")[0].split()
        return [pair for pair in content if ":" in pair and not pair.startswith("qid:")]

    entries = _of_pairs(path, "svmlight", pairs)
    base = 0 if options.words is None and (entries.words == 0).any() else None
    if base is None and not (entries.words == 0).any():
        base = 1  # as libsvm numbers features
    return assemble(Entries(**{**vars(entries), "base": base}), options, _sibling(path, options))


def _of_pairs(path: Path, form: str, pairs: Callable[[str, str], list[str]]) -> Entries:
    documents: list[int] = []
    words: list[int] = []
    counts: list[float] = []
    number = -1
    for number, (line, text) in enumerate(read_lines(path)):
        where = f"{path}, line {line}"
        for pair in pairs(text, where):
            word, _, count = pair.partition(":")
            if not (_WHOLE.fullmatch(word) and _NUMBER.fullmatch(count)):
                raise ValueError(f"{where}: {pair[:40]!r} is not word:count, two numbers.")
            documents.append(number)
            words.append(int(word))
            counts.append(float(count))
    if number < 0 or not words:
        raise ValueError(f"{os.fspath(path)} holds no documents.")
    return Entries(
        np.array(documents, np.int64), np.array(words, np.int64), np.array(counts), str(path), form,
        shape=(number + 1, None),
    )  # fmt: skip


def load_docword(path: Path, options: LoadOptions) -> Counts:
    """Read UCI's bag of words: documents, words and entries in three lines, then `doc word count`, from 1."""
    lines = read_lines(path)
    header = [text.strip() for _, text in islice(lines, _UCI_HEADER)]
    if len(header) < _UCI_HEADER or not all(_WHOLE.fullmatch(text) for text in header):
        raise ValueError(f"{os.fspath(path)} doesn't begin with the numbers of documents, words and entries.")
    rows = []
    for number, text in lines:
        fields = text.split()
        if fields and not (len(fields) == _UCI_HEADER and all(_NUMBER.fullmatch(each) for each in fields)):
            raise ValueError(f"{path}, line {number}: {text[:40]!r} is not doc word count, three numbers.")
        if fields:
            rows.append([float(each) for each in fields])
    table = np.array(rows, np.float64).reshape(-1, _UCI_HEADER)
    shape = (int(header[0]), int(header[1]))
    entries = Entries(
        table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2], str(path), "UCI docword",
        numbered=True, base=1, shape=shape,
    )  # fmt: skip
    return assemble(entries, options, _sibling(path, options))


def load_words(path: Path, options: LoadOptions) -> Counts:
    """Read gensim's LowCorpus: the number of documents, then the words of each in a line."""
    lines = (text for _, text in read_lines(path))
    announced = next(lines, "").strip()
    documents = [text.split() for text in lines]
    if not _WHOLE.fullmatch(announced) or int(announced) != len(documents):
        raise ValueError(f"{os.fspath(path)}: {announced[:40]!r} announces {len(documents)} documents.")
    return _of_words(path, "lists of words", documents, None, options)


def load_mallet(path: Path, options: LoadOptions) -> Counts:
    """Read MALLET's text form: the id, the label and the words of a document in a line."""
    ids, documents = [], []
    for number, text in read_lines(path):
        identity, _, *words = text.split() if len(text.split()) > 1 else (text.strip(), "")
        if not identity:
            raise ValueError(f"{path}, line {number}: an empty line; each begins with an id and a label.")
        ids.append(identity)
        documents.append(words)
    return _of_words(path, "MALLET's lines", documents, ids, options)


def _of_words(
    path: Path, form: str, documents: Sequence[Sequence[str]], ids: Sequence[str] | None, options: LoadOptions
) -> Counts:
    vocabulary = sorted({word for document in documents for word in document})
    column = {word: number for number, word in enumerate(vocabulary)}
    rows, columns, counts = [], [], []
    for number, document in enumerate(documents):
        for word, count in Counter(document).items():
            rows.append(number)
            columns.append(column[word])
            counts.append(float(count))
    entries = Entries(
        np.array(rows, np.int64), np.array(columns, np.int64), np.array(counts), str(path), form,
        base=0, shape=(len(documents), len(vocabulary)), notes=[f"{len(vocabulary)} words"],
    )  # fmt: skip
    found = assemble(entries, LoadOptions(form=options.form), vocabulary)
    return Counts(found.matrix, found.description, found.vocabulary, tuple(ids) if ids else None)


def _sibling(path: Path, options: LoadOptions) -> list[str] | None:
    """Return the words of the vocabulary file that belongs to a file by its name, if there is one."""
    if options.words is not None:
        return None
    return next((read_vocabulary(candidate) for candidate in _candidates(path) if candidate.is_file()), None)


def _candidates(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.vocab")
    yield path.with_suffix(".vocab")
    if path.name.startswith("docword"):
        yield path.with_name(path.name.replace("docword", "vocab", 1))
