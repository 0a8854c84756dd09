"""RecordIO-protobuf, the format in which Amazon SageMaker's built-in algorithms read and answer."""

from data_prep.recordio.decoder import Record, Tensor
from data_prep.recordio.errors import EmptyDocumentWarning, RecordIOError
from data_prep.recordio.reader import Description, describe, iter_chunks, iter_records, read
from data_prep.recordio.writer import WrittenShard, write, write_labels, write_shards

__all__ = [
    "Description",
    "EmptyDocumentWarning",
    "Record",
    "RecordIOError",
    "Tensor",
    "WrittenShard",
    "describe",
    "iter_chunks",
    "iter_records",
    "read",
    "write",
    "write_labels",
    "write_shards",
]
