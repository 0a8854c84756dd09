"""Counts, or the rows of an answer, into a file of records, or into several."""

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from data_prep.recordio import dense
from data_prep.recordio.encoding import Encoding
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.files import replacing
from data_prep.recordio.framing import Encoded, cut_at_magic
from data_prep.recordio.matrices import as_matrix, dense_blocks

File = str | os.PathLike[str] | BinaryIO


def write(
    file: File,
    counts: Any,
    *,
    labels: Any = None,
    shape: bool = True,
    layout: str = "auto",
    multipart: bool = False,
) -> None:
    """Write documents as RecordIO-protobuf, one record a document, as Amazon SageMaker reads them.

    Beside the counts this takes a few MiB of memory, however many there are. A csr matrix and an array are
    encoded where they are, a memory-mapped one too; other sparse formats are first converted as a whole.

    Parameters
    ----------
    file : path or binary file
        A path is replaced only when everything has been written.
    counts : array or sparse matrix or array (D, V), or an iterator of such chunks
        Counts of V words in D documents: a 2-D numpy array of any numeric dtype and byte order, or any scipy
        sparse matrix or array, whose duplicate entries are summed. Counts may be fractional here. A corpus
        larger than memory comes as an iterator of chunks of documents, all over the same V words.
    labels : array (D,), optional
        A number for each document. LDA needs none.
    shape : bool
        Whether dense records say how wide they are, as LDA's own notebook does. Sparse records always do.
    layout : {"auto", "dense", "sparse"}
        "auto" takes the one that makes the smaller file; of an iterator's first chunk, for all.
    multipart : bool
        Cut records where they hold RecordIO's magic, as MXNet's writer does and SageMaker's SDK can't read.

    Raises
    ------
    RecordIOError
        (a ValueError) Names the row and column of NaN, infinity, a negative count, or one beyond 2^24 that
        float32 would change; the row of a key outside the vocabulary, or of a record beyond 2^29 - 1 bytes.

    Warns
    -----
    EmptyDocumentWarning
        If a document holds no word.

    References
    ----------
    Amazon SageMaker Developer Guide, "Common data formats for training": RecordIO-wrapped protobuf.
    """
    encoding = Encoding(counts, labels=labels, shape=shape, layout=layout)
    blocks = encoding.blocks()
    _write_blocks(file, map(cut_at_magic, blocks) if multipart else blocks)
    encoding.warn_of_empty(stacklevel=2)


def write_labels(file: File, rows: Any, *, key: str) -> None:
    """Write records without features whose label map holds one float32 tensor: SageMaker LDA's answers.

    Parameters
    ----------
    file : path or binary file
        A path is replaced only when everything has been written.
    rows : array (D, K)
        The numbers of each record.
    key : str
        Their name in the label map; LDA's is `topic_mixture`.

    Raises
    ------
    RecordIOError
        If the rows aren't two-dimensional or hold what isn't a finite number at or above 0.
    """
    matrix = as_matrix(rows)
    template = dense.label_template(matrix.shape[1], key)
    _write_blocks(file, dense.encode(template, dense_blocks(matrix), None))


def _write_blocks(file: File, blocks: Iterable[Encoded]) -> None:
    with _open(file) as out:
        for block in blocks:
            write_all(out, block.content.data)


def write_all(out: BinaryIO, content: memoryview) -> None:
    """Write everything, even to an unbuffered file that takes less at a time than it is given."""
    while content:
        content = content[out.write(content) :]


@contextmanager
def _open(file: Any) -> Iterator[BinaryIO]:
    if isinstance(file, str | os.PathLike):
        with replacing(file) as out:
            yield out
    elif isinstance(file, io.TextIOBase):
        raise RecordIOError('The file is open as text; records are bytes: open it with "wb".')
    else:
        yield file
