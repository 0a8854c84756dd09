"""Checks the choice of the number of topics: python -m benchmarks.num_topics [--quick] [--plot FILE].

For documents whose number of topics is known, and for texts: the number that the rule chooses from a ladder,
as a sweep of a deployment does, and the one that `spectral_lda.choose_num_topics` finds. Then how often an
equally good model is held by the promotion rule, by chance. --plot draws the curve of the news.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.engine.corpora import catalog
from benchmarks.engine.corpora.catalog import Corpus
from benchmarks.num_topics.plot import plot_choice
from spectral_lda import choose_num_topics, fit
from spectral_lda.num_topics.choice import Choice, choose, difference
from spectral_lda.num_topics.redundancy import count_redundant

_BARS_LADDER = (5, 8, 10, 12, 15, 20)
_TEXT_LADDER = (5, 10, 20, 30, 50, 75, 100)
# Standard errors by which a model must be worse to be held, as in lambda/evaluate_model/rules/decision.py.
_SIGNIFICANT = 1.645
_REPLAYS = 100


class _Case(NamedTuple):
    corpus: Corpus
    truth: int | None
    ladder: Sequence[int]


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.num_topics", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the corpora of 100,000 documents")
    parser.add_argument("--plot", type=Path, help="draw the curve of the news into this file")
    options = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)
    if options.plot:
        plot_choice(_auto(catalog.news()), options.plot)
        return 0
    print("| corpus | topics | from the ladder | found | as good | tried | seconds |")
    print("|---|---|---|---|---|---|---|")
    for case in _cases(quick=options.quick):
        print(row(case.corpus, case.truth, _from_ladder(case), *_timed(case.corpus)), flush=True)
    print(f"\nHeld by chance, of {_REPLAYS} models that differ in their seed: {_held_by_chance()}")
    return 0


def _cases(*, quick: bool) -> Iterator[_Case]:
    for number in range(8):
        bars = catalog.bars("report", number)
        yield _Case(bars._replace(name=f"bars, seed {number}"), 10, _BARS_LADDER)
    for documents in (10_000,) if quick else (10_000, 100_000):
        for topics in (20, 50, 100):
            ladder = sorted({round(topics * factor) for factor in (0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.6)})
            draw = partial(catalog.drawn, documents=documents, topics=topics)
            yield _Case(draw(), topics, ladder)
            zipfian = draw(zipfian=True)
            yield _Case(zipfian._replace(name=f"{zipfian.name}, Zipfian"), topics, ladder)
    yield _Case(catalog.news(), None, _TEXT_LADDER)
    yield _Case(catalog.reuters(), None, [number for number in _TEXT_LADDER if number <= 30])  # noqa: PLR2004 -- a tenth of the documents


def _from_ladder(case: _Case) -> Choice:
    models = {number: fit(case.corpus.train, number) for number in case.ladder}
    held_out = case.corpus.observed + case.corpus.target
    scores = {number: model.document_completion(held_out) for number, model in models.items()}
    return choose(
        scores, {number: count_redundant(model.alpha, model.beta) for number, model in models.items()}
    )


def _auto(corpus: Corpus) -> Choice:
    return choose_num_topics(corpus.train, corpus.observed + corpus.target)


def _timed(corpus: Corpus) -> tuple[Choice, float]:
    started = time.perf_counter()
    return _auto(corpus), time.perf_counter() - started


def row(corpus: Any, truth: int | None, ladder: Choice, found: Choice, seconds: float) -> str:
    """Return a row of the table.

    Parameters
    ----------
    corpus, truth
        The documents, and their number of topics if it is known.
    ladder, found
        What was chosen from the ladder, and without one.
    seconds
        How long the latter took.
    """
    low, high = found.interval
    cells = [
        corpus.name,
        "" if truth is None else truth,
        ladder.num_topics,
        found.num_topics,
        f"{low} to {high}",
        len(found.candidates),
        f"{seconds:.1f}",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _held_by_chance() -> int:
    """Count the models that are significantly worse than one that was fitted in the same way."""
    corpus = catalog.drawn(topics=20)
    held_out = corpus.observed + corpus.target
    incumbent, *candidates = (
        fit(corpus.train, 20, seed=seed).document_completion(held_out) for seed in range(_REPLAYS + 1)
    )
    differences = [difference(incumbent, candidate) for candidate in candidates]
    return sum(behind > _SIGNIFICANT * error for behind, error in differences)


if __name__ == "__main__":
    sys.exit(main())
