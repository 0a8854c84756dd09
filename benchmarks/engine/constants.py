"""Compares values of the engine's constants: python -m benchmarks.engine.constants [NAME ...].

Each constant in turn gets other values, with the others unchanged. The corpora are the "validation" splits,
which no reported number uses. The table shows the mean topic L1 where topics are known (lower is better),
else the held-out completion in nats per word (higher is better), and the seconds of all fits together.
"""

import argparse
import importlib
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.engine.corpora import catalog
from benchmarks.engine.corpora.catalog import Corpus
from benchmarks.engine.report.metrics import completion, topic_distances
from spectral_lda import fit

# module.constant -> the values that were compared
CHOICES: dict[str, tuple[Any, ...]] = {
    "em.iterations.WORD_PRIOR": (0.03, 0.1, 0.3),
    "em.iterations.CVB0_WORD_PRIOR": (0.1, 0.2, 0.4, 0.6),
    "em.refinement.WORD_PRIORS": ((0.1,), (0.03, 0.1), (0.01, 0.03, 0.1), (0.01, 0.03, 0.1, 0.3)),
    "em.refinement.MAP_RELAXATION": (0.0, 0.5, 0.8, 0.9),
    "em.refinement.CVB0_RELAXATION": (0.0, 0.3, 0.5, 0.7),
    "em.iterations.INITIAL_SWEEPS": (1, 2, 4, 16),
    "em.refinement.MIN_GAIN": (0.0005, 0.001, 0.002, 0.005, 0.02),
    "em.refinement.MIN_ITERATIONS": (1, 10),
    "em.refinement.VALIDATION_TOLERANCE": (1e-5, 1e-4, 1e-3),
    "em.validation.SHARE": (0.02, 0.05, 0.1),
    "spectral.whitening.KRYLOV_DEPTH": (2, 3, 4),
    "spectral.moments.HALF_LENGTH": (1.0, 20.0, 50.0),
    "spectral.recovery.MIN_PRIOR": (0.01, 0.1, 1.0),
    "spectral.decomposition.SAME_ERROR": (0.0, 1e-5, 1e-3),
    "spectral.decomposition.MOMENTUM": (0.0, 0.5),
    "fitting.procedure.ROUGH_TOL": (1e-8, 1e-6, 1e-4, 1e-3),
    "fitting.procedure.ROUGH_RESTARTS": (1, 2, 10),
}


def validation() -> list[Corpus]:
    """Return the corpora on which constants are chosen."""
    return [
        *(catalog.bars("validation", number) for number in range(4)),
        catalog.drawn("validation"),
        catalog.short("validation"),
        catalog.news("validation"),
        catalog.reuters("validation"),
        catalog.tweets("validation"),
    ]


def main() -> None:
    """Print a table for each named constant, or for all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine.constants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CHOICES)} (default: all)")
    names = parser.parse_args().names or list(CHOICES)
    corpora = validation()
    corpus_names = list(dict.fromkeys(corpus.name for corpus in corpora))
    for name in names:
        print(f"\n| {name} | {' | '.join(corpus_names)} | seconds |\n|---|{'---|' * (len(corpus_names) + 1)}")
        for value in CHOICES[name]:
            with set_to(name, value):
                print(_row(value, corpora, corpus_names), flush=True)


def _row(value: Any, corpora: list[Corpus], names: list[str]) -> str:
    started = time.perf_counter()
    scores = {name: [_score(corpus) for corpus in corpora if corpus.name == name] for name in names}
    cells = [f"{sum(values) / len(values):.4f}" for values in scores.values()]
    return f"| {value} | {' | '.join(cells)} | {time.perf_counter() - started:.1f} |"


def _score(corpus: Corpus) -> float:
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        model = fit(corpus.train, corpus.num_topics, alpha0=corpus.alpha0)
    if corpus.topics is not None:
        return float(topic_distances(corpus.topics, model.beta).mean())
    return completion(corpus.observed, corpus.target, corpus.alpha, model.beta)


@contextmanager
def set_to(name: str, value: Any) -> Iterator[None]:
    """Set a constant of the engine to another value within a context."""
    module_name, _, constant = name.rpartition(".")
    module = importlib.import_module(f"spectral_lda.{module_name}")
    before = getattr(module, constant)
    setattr(module, constant, value)
    try:
        yield
    finally:
        setattr(module, constant, before)


if __name__ == "__main__":
    main()
