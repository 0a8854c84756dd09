"""A corpus of a chosen size: news, repeated with new words, so that the vocabulary grows in proportion."""

import random
from pathlib import Path

from benchmarks.engine.corpora.texts import column

_NEW_WORDS = 0.01  # of the words of a copy become words that no other copy has


def write_corpus(path: Path, megabytes: int) -> None:
    """Write one document a line until the file has so many megabytes; the same file every time."""
    texts = [" ".join(text.split()) for text in column("NewsArticles.csv", "text")]
    size = copy = 0
    with path.open("w", encoding="utf-8") as file:
        while size < megabytes * 10**6:
            rng = random.Random(copy)  # noqa: S311 -- nothing here is secret
            for text in texts:
                line = text if copy == 0 else _with_new_words(text, copy, rng)
                size += len(line.encode()) + 1
                file.write(f"{line}\n")
                if size >= megabytes * 10**6:
                    break
            copy += 1


def _with_new_words(text: str, copy: int, rng: random.Random) -> str:
    words = text.split(" ")
    for _ in range(int(len(words) * _NEW_WORDS)):
        place = rng.randrange(len(words))
        words[place] += f"x{copy}x{rng.randrange(1000)}"
    return " ".join(words)
