"""Plots of documents and topics over a vocabulary that is a square image.

The figures are matplotlib's own objects without pyplot: no global state changes and no window opens. Save one
with `figure.savefig(path)`.
"""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray


def plot_lda(
    data: ArrayLike, nrows: int, ncols: int, *, with_colorbar: bool = True, cmap: str = "viridis"
) -> Figure:
    """Draw documents, or topics, as a grid of square images.

    Parameters
    ----------
    data : array (N, V)
        At least `nrows * ncols` rows, of which the first are drawn; V is the square of a whole number.
    nrows, ncols : int
        How many rows and columns of images.
    with_colorbar : bool
        Whether to draw the colour bar; all images have one colour scale.
    cmap : str
        A colormap of matplotlib.

    Raises
    ------
    ValueError
        If there are too few rows, or they aren't square images.
    """
    images = _images(data, nrows * ncols)
    figure = Figure(figsize=(ncols, nrows + 1.0 * with_colorbar), layout="constrained")
    axes = figure.subplots(nrows, ncols, squeeze=False).ravel()
    for axis, image in zip(axes, images, strict=True):
        mappable = _draw(axis, image, cmap, images.max())
    if with_colorbar:
        figure.colorbar(mappable, ax=axes.tolist(), orientation="horizontal", fraction=0.2)
    return figure


def plot_lda_topics(
    documents: ArrayLike, nrows: int, ncols: int, *, topic_mixtures: ArrayLike, cmap: str = "gray_r"
) -> Figure:
    """Draw documents as square images, each above its topic mixture as a row of K cells from white to red.

    Parameters
    ----------
    documents : array (N, V)
        At least `nrows * ncols` rows, of which the first are drawn; V is the square of a whole number.
    nrows, ncols : int
        How many rows and columns of documents.
    topic_mixtures : array (N, K)
        The documents' mixtures.
    cmap : str
        A colormap of matplotlib for the documents.

    Raises
    ------
    ValueError
        If there are too few rows, or the documents aren't square images.
    """
    images = _images(documents, nrows * ncols)
    mixtures = np.asarray(topic_mixtures, np.float64)
    if len(mixtures) < len(images):
        raise ValueError(f"{len(images)} documents need as many topic mixtures, not {len(mixtures)}.")
    figure = Figure(figsize=(ncols, 1.3 * nrows), layout="constrained")
    for index, cell in enumerate(figure.subfigures(nrows, ncols, squeeze=False).ravel()):
        above, below = cell.subplots(2, 1, height_ratios=(5, 1))
        _draw(above, images[index], cmap, images.max())
        _draw(below, mixtures[index : index + 1], "Reds", 1.0)
    return figure


def plot_matched_topics(known: ArrayLike, learned: ArrayLike, *, cmap: str = "viridis") -> Figure:
    """Draw known topics above the learned topics that were matched with them.

    Parameters
    ----------
    known : array (K, V)
        The known topics; V is the square of a whole number.
    learned : array (K, V)
        The learned topics in the order of the known ones: `learned[match_topics(known, learned)]`.
    cmap : str
        A colormap of matplotlib.

    Raises
    ------
    ValueError
        If the two have different shapes, or the topics aren't square images.
    """
    first, second = np.asarray(known), np.asarray(learned)
    if first.shape != second.shape:
        raise ValueError(
            f"Known topics of shape {first.shape} don't pair with learned ones of {second.shape}."
        )
    figure = plot_lda(np.concatenate([first, second]), 2, len(first), cmap=cmap)
    for axis, label in zip((figure.axes[0], figure.axes[len(first)]), ("known", "learned"), strict=True):
        axis.set_ylabel(label)
    return figure


def _images(data: ArrayLike, count: int) -> NDArray[Any]:
    rows = np.asarray(data, np.float64)
    if rows.ndim != 2 or not 1 <= count <= len(rows):  # noqa: PLR2004 -- images and pixels
        raise ValueError(f"{count} images can't be drawn from data of shape {rows.shape}.")
    side = math.isqrt(rows.shape[1])
    if side * side != rows.shape[1]:
        raise ValueError(f"A vocabulary of {rows.shape[1]} words is not a square image.")
    return rows[:count].reshape(count, side, side)


def _draw(axis: Axes, image: NDArray[Any], cmap: str, vmax: float) -> Any:
    axis.set_xticks([])
    axis.set_yticks([])
    return axis.imshow(image, cmap=cmap, vmin=0, vmax=vmax)
