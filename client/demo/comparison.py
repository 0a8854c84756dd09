"""Learned beside known: errors in the norms that are named, and pictures in characters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SHADES = " .:-=+*#%@"
# What AWS's published run of its notebook LDA-Science recorded: np.linalg.norm(known - learned, 1) of beta,
# and the L1 errors of the topic mixtures of its 600 test documents; 5400 documents were trained with.
RECORDED_BETA = 0.1726
RECORDED_MEDIAN, RECORDED_BELOW, RECORDED_LARGEST = 0.135, 0.87, 1.0
BELOW = 0.30


@dataclass(frozen=True, kw_only=True)
class Errors:
    """How far matrices of distributions are from the known ones, a distribution a row."""

    mean_l1: float
    largest_column_sum: float
    median_l1: float
    share_below: float
    largest_l1: float


def errors(known: Array, learned: Array) -> Errors:
    """Measure the distance row by row, and in the norm that AWS printed.

    Parameters
    ----------
    known, learned
        Matched distributions, both (n, m): topics over words, or documents over topics.
    """
    rows = np.abs(known - learned).sum(axis=1)
    return Errors(
        mean_l1=float(rows.mean()),
        largest_column_sum=float(np.linalg.norm(known - learned, 1)),
        median_l1=float(np.median(rows)),
        share_below=float((rows < BELOW).mean()),
        largest_l1=float(rows.max()),
    )


def error_table(beta: Errors, theta: Errors) -> str:
    """Lay the errors out, AWS's recorded figures only beside the same norm."""
    rows = [
        ("", "here", "AWS, recorded"),
        ("topics, mean L1 a topic", f"{beta.mean_l1:.4f}", ""),
        ("topics, norm(., 1): largest column sum", f"{beta.largest_column_sum:.4f}", f"{RECORDED_BETA:.4f}"),
        ("mixtures, mean L1 a document", f"{theta.mean_l1:.4f}", ""),
        ("mixtures, median L1", f"{theta.median_l1:.3f}", f"about {RECORDED_MEDIAN:.3f}"),
        (f"mixtures with L1 below {BELOW:.2f}", f"{theta.share_below:.0%}", f"{RECORDED_BELOW:.0%}"),
        ("mixtures, largest L1", f"{theta.largest_l1:.3f}", f"about {RECORDED_LARGEST:.1f}"),
        ("mixtures, norm(., 1): largest column sum", f"{theta.largest_column_sum:.4f}", ""),
    ]
    lines = [f"{what:42}{here:>10}{there:>16}".rstrip() for what, here, there in rows]
    return "\n".join(
        [
            *lines,
            "Recorded: AWS's published run of its notebook LDA-Science, the same generator and 10 topics,",
            "but another split: 5400 training and 600 test documents there, 1600 and 400 here.",
        ]
    )


def mixtures_table(known: Array, learned: Array) -> str:
    """Set matched topic mixtures side by side, in hundredths; a dot is what rounds to none.

    Parameters
    ----------
    known, learned
        Mixtures of the same documents over the same topics, shape (D, K).
    """
    width = 4 * known.shape[1]
    head = f"doc {'known (%)':<{width}}   {'learned (%)':<{width}}    L1"
    lines = [
        f"{at:3} {_hundredths(one)}   {_hundredths(other)}  {np.abs(one - other).sum():.2f}"
        for at, (one, other) in enumerate(zip(known, learned, strict=True))
    ]
    return "\n".join([head.rstrip(), *lines])


def answers_table(mixtures: Mapping[str, Array]) -> str:
    """Set several mixtures of one document below each other, in hundredths with two decimals.

    Parameters
    ----------
    mixtures
        What each is called -> shape (K,).
    """
    rows = [f"{name:<8}" + "".join(f"{value * 100:7.2f}" for value in row) for name, row in mixtures.items()]
    return "\n".join(rows)


def images(rows: Array, *, side: int = 5, per_line: int = 6) -> str:
    """Draw documents or topics over side x side words as images of characters, the largest value darkest.

    Parameters
    ----------
    rows
        Shape (n, side * side), not negative.
    side
        How many pixels an image is wide and high.
    per_line
        How many images stand side by side.
    """
    blocks = []
    for start in range(0, len(rows), per_line):
        group = [_pixels(row, side) for row in rows[start : start + per_line]]
        blocks.append("\n".join("   ".join(image[line] for image in group) for line in range(side)))
    return "\n\n".join(blocks)


def _hundredths(mixture: Array) -> str:
    return "".join(f"{round(value * 100) or '.':>4}" for value in mixture.tolist())


def _pixels(row: Array, side: int) -> Sequence[str]:
    top = max(float(row.max()), 1e-300)
    level = np.rint(row / top * (len(SHADES) - 1)).astype(int).reshape(side, side)
    return ["".join(SHADES[value] * 2 for value in line) for line in level.tolist()]
