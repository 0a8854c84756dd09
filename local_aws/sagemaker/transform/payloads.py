"""Splits an input object into the payloads of a transform job: SplitType and BatchStrategy.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformInput.html
"""

from collections.abc import Iterator
from typing import BinaryIO

from local_aws.sagemaker.transform import recordio
from local_aws.sagemaker.transform.recordio import TooLongError

SINGLE_RECORD = "SingleRecord"
MULTI_RECORD = "MultiRecord"
# the API's name of a strategy -> its name in the container's environment
CONTAINER_STRATEGIES = {SINGLE_RECORD: "SINGLE_RECORD", MULTI_RECORD: "MULTI_RECORD"}


def split_into_payloads(file: BinaryIO, split_type: str, strategy: str, limit: int) -> Iterator[bytes]:
    """Split a file into payloads, in order.

    Parameters
    ----------
    file
        The object's content.
    split_type
        ``None`` (the whole object), ``Line`` or ``RecordIO``.
    strategy
        ``MultiRecord``, as many records as fit, or ``SingleRecord``; without a split it has no effect.
    limit
        The largest size of a payload in bytes.

    Raises
    ------
    ValueError
        A record is longer than the limit, or the file is not of the split type.
    """
    records = SPLITTERS[split_type](file, strategy, limit)
    return records if strategy == SINGLE_RECORD else _batch(records, limit)


def _batch(records: Iterator[bytes], limit: int) -> Iterator[bytes]:
    batch: list[bytes] = []
    size = 0
    for record in records:
        if batch and size + len(record) > limit:
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(record)
        size += len(record)
    if batch:
        yield b"".join(batch)


def _whole_object(file: BinaryIO, _strategy: str, limit: int) -> Iterator[bytes]:
    content = file.read(limit + 1)
    if len(content) > limit:
        raise TooLongError("The object is not split, and has more bytes.")
    if content:
        yield content


def _lines(file: BinaryIO, strategy: str, limit: int) -> Iterator[bytes]:
    number = 1
    while line := file.readline(limit + 1):
        if len(line) > limit:
            raise TooLongError(f"Line {number} has more bytes.")
        yield line.rstrip(b"\r\n") if strategy == SINGLE_RECORD else line
        number += 1


def _records(file: BinaryIO, strategy: str, limit: int) -> Iterator[bytes]:
    # "Padding is removed if the value of BatchStrategy is set to SingleRecord": only the content is sent.
    for record in recordio.records(file, limit):
        yield record.content if strategy == SINGLE_RECORD else record.framed


SPLITTERS = {"None": _whole_object, "Line": _lines, "RecordIO": _records}
