"""Blocks of float32 vectors, dense or sparse, encoded as the frames of their records with numpy."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.counts import SparseRows
from data_prep.recordio.framing import HEADER, MAGIC, MAX_RECORD, EncodedFrames, check_length, padding
from data_prep.recordio.wire_format import (
    FEATURES,
    FLOAT32_TENSOR,
    KEY,
    KEYS,
    LABEL,
    SHAPE,
    VALUE,
    VALUES,
    VECTOR,
    Lengths,
    as_bytes,
    byte_windows,
    copy_segments,
    delimited,
    encode_varints,
    put_varints,
    tensor_envelope,
    varint,
    varint_lengths,
)

Part = bytes | tuple[int, Lengths]


class Template(NamedTuple):
    """The frame that all dense records of a file share: the bytes before, between and after their numbers."""

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
    """Make the template of documents of `width` counts, with a label of one number if `labelled`."""
    before, after = tensor_envelope(FEATURES, VECTOR, width, shape=shape)
    if not labelled:
        return _framed(before, width, after, 0, b"")
    label_before, label_after = tensor_envelope(LABEL, VECTOR, 1, shape=False)
    return _framed(before, width, after + label_before, 1, label_after)


def label_template(width: int, key: str) -> Template:
    """Make the template of records without features whose label `key` holds `width` numbers."""
    before, after = tensor_envelope(LABEL, key, width, shape=False)
    return _framed(before, width, after, 0, b"")


def _framed(before: bytes, width: int, between: bytes, labels: int, after: bytes) -> Template:
    length = len(before) + 4 * width + len(between) + 4 * labels + len(after)
    check_length(length, 0)
    header = HEADER.pack(MAGIC, length)
    return Template(header + before, width, between, labels, after + bytes(padding(length)))


def encode_dense(
    template: Template, blocks: Iterable[NDArray[np.float32]], labels: NDArray[np.float32] | None
) -> Iterator[EncodedFrames]:
    """Fill the template with every row.

    Yields
    ------
    EncodedFrames
        The frames of a block of rows. The next block overwrites them.
    """
    frames = np.empty((0, template.size), np.uint8)
    values = slice(len(template.before), len(template.before) + 4 * template.width)
    label = slice(values.stop + len(template.between), template.size - len(template.after))
    done = 0
    for block in blocks:
        rows = len(block)
        if len(frames) < rows:
            frames = _blank_frames(template, rows)
        frames[:rows, values] = as_bytes(block).reshape(rows, -1)
        if labels is not None:
            frames[:rows, label] = as_bytes(labels[done : done + rows]).reshape(rows, -1)
        done += rows
        yield EncodedFrames(frames[:rows].reshape(-1), np.arange(1, rows + 1) * template.size)


def _blank_frames(template: Template, rows: int) -> NDArray[np.uint8]:
    before, width, between, labels, after = template
    frame = before + bytes(4 * width) + between + bytes(4 * labels) + after
    return np.tile(np.frombuffer(frame, np.uint8), (rows, 1))


class RecordSizes(NamedTuple):
    """The length that each sparse record's nested fields announce, from the innermost to the frame."""

    values: Lengths
    keys: Lengths
    tensor: Lengths
    value: Lengths
    entry: Lengths
    record: Lengths
    frame: Lengths


def sparse_sizes(entries: Lengths, key_bytes: Lengths, width: int, *, labelled: bool) -> RecordSizes:
    """Return the sizes of the records of rows with `entries` non-zeros whose keys take `key_bytes` bytes."""
    values = 4 * entries
    tensor = _field(values) + _field(key_bytes) + len(_shape(width))
    value = _field(tensor)
    entry = len(delimited(KEY, VECTOR.encode())) + _field(value)
    record = _field(entry) + (len(_label(0)) if labelled else 0)
    return RecordSizes(values, key_bytes, tensor, value, entry, record, HEADER.size + (record + 3) // 4 * 4)


def _field(length: Lengths) -> Lengths:
    """Return the bytes of a delimited field: none if it is empty, as protobuf leaves empty fields out."""
    return np.where(length > 0, 1 + varint_lengths(length) + length, 0)


def _shape(width: int) -> bytes:
    return delimited(SHAPE, varint(width))


def _label(label: float) -> bytes:
    before, after = tensor_envelope(LABEL, VECTOR, 1, shape=False)
    return before + np.array(label, "<f4").tobytes() + after


def encode_sparse(
    rows: SparseRows, width: int, labels: NDArray[np.float32] | None, first_row: int
) -> EncodedFrames:
    """Encode a block of n sparse rows over `width` words, with a label each if there are labels.

    Raises
    ------
    RecordIOError
        If a row makes a record that RecordIO can't hold; rows are counted from `first_row`.
    """
    keys, key_ends = encode_varints(rows.keys, rows.indptr)
    size = sparse_sizes(np.diff(rows.indptr), np.diff(key_ends), width, labelled=labels is not None)
    if size.record.max(initial=0) > MAX_RECORD:
        row = int((size.record > MAX_RECORD).argmax())
        check_length(int(size.record[row]), first_row + row)
    ends = np.cumsum(size.frame)
    writer = _BatchWriter(int(size.frame.sum()), ends - size.frame)
    writer.put_header(size.record)
    writer.put(
        (FEATURES, size.entry),
        delimited(KEY, VECTOR.encode()),
        (VALUE, size.value),
        (FLOAT32_TENSOR, size.tensor),
        (VALUES, size.values),
    )
    writer.copy(as_bytes(rows.values), 4 * rows.indptr[:-1], size.values)
    writer.put((KEYS, size.keys))
    writer.copy(keys, key_ends[:-1], size.keys)
    writer.put(_shape(width))
    if labels is not None:
        writer.put(_label(0)[:-4])
        writer.copy(as_bytes(labels), 4 * np.arange(len(labels)), np.full(len(labels), 4))
    return EncodedFrames(writer.out, ends)


class _BatchWriter:
    """Writes the same field into every record of a block; `at` is each record's position in `out`."""

    def __init__(self, size: int, starts: Lengths) -> None:
        self.out = np.zeros(size, np.uint8)
        self.at = starts.copy()

    def put_header(self, lengths: Lengths) -> None:
        """Write the header of each record's frame."""
        self.out.view("<u4")[self.at // 4] = MAGIC
        self.out.view("<u4")[self.at // 4 + 1] = lengths
        self.at += HEADER.size

    def put(self, *parts: Part) -> None:
        """Write parts that follow each other: bytes, or the tag and the length of a field unless it is 0.

        Records whose lengths take equally many digits are written together: only the digits differ.
        """
        lengths = [part[1] for part in parts if isinstance(part, tuple)]
        digits = [np.where(length > 0, varint_lengths(length), 0) for length in lengths]
        classes = sum((digit << 4 * index for index, digit in enumerate(digits)), np.zeros_like(self.at))
        for class_ in np.unique(classes) if np.ptp(classes) else classes[:1]:
            rows = np.flatnonzero(classes == class_)
            encoded = _encode_parts(parts, rows, [int(digit[rows[0]]) for digit in digits])
            size = encoded.shape[1]
            if size:
                windows = byte_windows(encoded.reshape(-1), size)[::size]
                byte_windows(self.out, size)[self.at[rows]] = windows
                self.at[rows] += size

    def copy(self, source: NDArray[np.uint8], starts: Lengths, sizes: Lengths) -> None:
        """Write the next segment of `source` into each record."""
        copy_segments(self.out, self.at, source, starts, sizes)
        self.at += sizes


def _encode_parts(parts: tuple[Part, ...], rows: NDArray[np.intp], digits: list[int]) -> NDArray[np.uint8]:
    """Encode the parts of each row; the n-th length of the parts takes `digits[n]` bytes."""
    remaining = iter(digits)
    literal, fields = b"", []
    for part in parts:
        if isinstance(part, bytes):
            literal += part
        elif count := next(remaining):
            literal += bytes([part[0], *bytes(count)])
            fields.append((slice(len(literal) - count, len(literal)), part[1][rows]))
    encoded = np.empty((len(rows), len(literal)), np.uint8)
    encoded[:] = np.frombuffer(literal, np.uint8)
    for columns, numbers in fields:
        put_varints(encoded[:, columns], numbers)
    return encoded
