"""Compare learned topics and mixtures with the known ones: errors, tables and text images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SHADES = " .:-=+*#%@"
# From AWS's published run of the notebook LDA-Science, which trained with 5400 documents:
# np.linalg.norm(known - learned, 1) of beta, and the L1 errors of the mixtures of its 600 test documents.
RECORDED_BETA = 0.1726
RECORDED_MEDIAN, RECORDED_FRACTION, RECORDED_MAX = 0.135, 0.87, 1.0
L1_THRESHOLD = 0.30


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Distances between two matrices whose rows are distributions."""

    mean_l1: float
    max_column_sum: float
    median_l1: float
    fraction_below: float
    max_l1: float


def compute_errors(known: Array, learned: Array) -> Errors:
    """Compute the L1 distances of the rows, and the matrix norm that the notebook printed.

    Parameters
    ----------
    known, learned
        Matched distributions, both (n, m): topics over words, or documents over topics.
    """
    row_distances = np.abs(known - learned).sum(axis=1)
    return Errors(
        mean_l1=float(row_distances.mean()),
        max_column_sum=float(np.linalg.norm(known - learned, 1)),
        median_l1=float(np.median(row_distances)),
        fraction_below=float((row_distances < L1_THRESHOLD).mean()),
        max_l1=float(row_distances.max()),
    )


def error_table(beta: Errors, theta: Errors) -> str:
    """Format the errors as a table, with AWS's recorded value if it has the same norm."""
    rows = [
        ("", "here", "AWS, recorded"),
        ("topics, mean L1 per topic", f"{beta.mean_l1:.4f}", ""),
        ("topics, norm(., 1): largest column sum", f"{beta.max_column_sum:.4f}", f"{RECORDED_BETA:.4f}"),
        ("mixtures, mean L1 per document", f"{theta.mean_l1:.4f}", ""),
        ("mixtures, median L1", f"{theta.median_l1:.3f}", f"about {RECORDED_MEDIAN:.3f}"),
        (
            f"mixtures with L1 below {L1_THRESHOLD:.2f}",
            f"{theta.fraction_below:.0%}",
            f"{RECORDED_FRACTION:.0%}",
        ),
        ("mixtures, largest L1", f"{theta.max_l1:.3f}", f"about {RECORDED_MAX:.1f}"),
        ("mixtures, norm(., 1): largest column sum", f"{theta.max_column_sum:.4f}", ""),
    ]
    lines = [f"{error:42}{here:>10}{recorded:>16}".rstrip() for error, here, recorded in rows]
    return "\n".join(
        [
            *lines,
            "Recorded: AWS's published run of LDA-Science, same generator, 10 topics,",
            "but 5400 training and 600 test documents there, 1600 and 400 here.",
        ]
    )


def mixtures_table(known: Array, learned: Array) -> str:
    """Format matched topic mixtures as a table, in percent; a dot is 0.

    Parameters
    ----------
    known, learned
        Mixtures of the same documents over the same topics, shape (D, K).
    """
    width = 3 * known.shape[1]
    head = f"doc {'known (%)':<{width}}  {'learned (%)':<{width}}    L1"
    rows = [
        f"{index:3} {_percentages(known_row)}  {_percentages(learned_row)}  "
        f"{np.abs(known_row - learned_row).sum():.2f}"
        for index, (known_row, learned_row) in enumerate(zip(known, learned, strict=True))
    ]
    return "\n".join([head.rstrip(), *rows])


def answers_table(mixtures: Mapping[str, Array]) -> str:
    """Format several mixtures of one document as a table, in percent with two decimals.

    Parameters
    ----------
    mixtures
        Label -> mixture of shape (K,).
    """
    return "\n".join(
        f"{label:<8}" + "".join(f"{value * 100:6.2f}" for value in mixture)
        for label, mixture in mixtures.items()
    )


def text_images(rows: Array, *, side: int = 5, per_line: int = 4) -> str:
    """Draw documents or topics over side x side words as text images; the largest value is the darkest.

    Parameters
    ----------
    rows
        Shape (n, side * side), not negative.
    side
        Width and height of an image, in pixels.
    per_line
        The number of images in a line.
    """
    blocks = []
    for start in range(0, len(rows), per_line):
        group = [_pixel_lines(row, side) for row in rows[start : start + per_line]]
        blocks.append("\n".join("   ".join(image[line] for image in group) for line in range(side)))
    return "\n\n".join(blocks)


def _percentages(mixture: Array) -> str:
    return "".join(f"{round(value * 100) or '.':>3}" for value in mixture.tolist())


def _pixel_lines(row: Array, side: int) -> Sequence[str]:
    largest = max(float(row.max()), 1e-300)
    shade = np.rint(row / largest * (len(SHADES) - 1)).astype(int).reshape(side, side)
    return ["".join(SHADES[pixel] * 2 for pixel in line) for line in shade.tolist()]
