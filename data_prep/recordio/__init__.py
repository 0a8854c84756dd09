"""RecordIO-protobuf, the format in which Amazon SageMaker's built-in algorithms read and answer."""

from data_prep.recordio.describing import Description, describe
from data_prep.recordio.errors import EmptyDocumentWarning, RecordIOError
from data_prep.recordio.reader import iter_chunks, iter_records, read
from data_prep.recordio.sharding import WrittenShard, write_shards
from data_prep.recordio.tensors import Record, Tensor
from data_prep.recordio.writer import write, write_labels

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
