"""The codec's error and its warning."""


class RecordIOError(ValueError):
    """Counts that can't be written, or bytes that can't be read, as RecordIO-protobuf.

    The message names the row and column, or the file, the record and the byte. Rows, columns, records
    and bytes are counted from 0.
    """


class EmptyDocumentWarning(UserWarning):
    """Documents without a word are written as they are, but LDA learns nothing from them."""
