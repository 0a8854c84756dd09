"""Records of dense float32 vectors: all of one layout, so one template is filled again and again."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.framing import HEADER, MAGIC, Encoded, check_length, padding
from data_prep.recordio.segments import as_bytes
from data_prep.recordio.wire import FEATURES, LABEL, VECTOR, tensor_ends


class Template(NamedTuple):
    """The frame that all records share: what stands before, between and after their numbers."""

    before: bytes
    width: int
    between: bytes
    labels: int
    after: bytes

    @property
    def size(self) -> int:
        """Bytes of one frame."""
        return len(self.before) + 4 * self.width + len(self.between) + 4 * self.labels + len(self.after)


def document_template(width: int, *, shape: bool, labelled: bool) -> Template:
    """Lay out the frame of one document of `width` counts, with a label of one number if `labelled`."""
    before, after = tensor_ends(FEATURES, VECTOR, width, shape=shape)
    if not labelled:
        return _framed(before, width, after, 0, b"")
    label_before, label_after = tensor_ends(LABEL, VECTOR, 1, shape=False)
    return _framed(before, width, after + label_before, 1, label_after)


def label_template(width: int, key: str) -> Template:
    """Lay out the frame of a record without features whose label `key` holds `width` numbers."""
    before, after = tensor_ends(LABEL, key, width, shape=False)
    return _framed(before, width, after, 0, b"")


def _framed(before: bytes, width: int, between: bytes, labels: int, after: bytes) -> Template:
    length = len(before) + 4 * width + len(between) + 4 * labels + len(after)
    check_length(length, 0)
    header = HEADER.pack(MAGIC, length)
    return Template(header + before, width, between, labels, after + bytes(padding(length)))


def encode(
    template: Template, blocks: Iterable[NDArray[np.float32]], labels: NDArray[np.float32] | None
) -> Iterator[Encoded]:
    """Fill the template with every row.

    Yields
    ------
    Encoded
        The frames of a block of rows. The next block overwrites them.
    """
    frames = np.empty((0, template.size), np.uint8)
    values = slice(len(template.before), len(template.before) + 4 * template.width)
    label = slice(values.stop + len(template.between), template.size - len(template.after))
    done = 0
    for block in blocks:
        rows = len(block)
        if len(frames) < rows:
            frames = _blank(template, rows)
        frames[:rows, values] = as_bytes(block).reshape(rows, -1)
        if labels is not None:
            frames[:rows, label] = as_bytes(labels[done : done + rows]).reshape(rows, -1)
        done += rows
        yield Encoded(frames[:rows].reshape(-1), np.arange(1, rows + 1) * template.size)


def _blank(template: Template, rows: int) -> NDArray[np.uint8]:
    frame = b"".join(
        (
            template.before,
            bytes(4 * template.width),
            template.between,
            bytes(4 * template.labels),
            template.after,
        )
    )
    return np.tile(np.frombuffer(frame, np.uint8), (rows, 1))
