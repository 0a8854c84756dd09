"""The content types of documents and responses."""

from email.message import Message

RECORDIO = "application/x-recordio-protobuf"
CSV = "text/csv"
JSON = "application/json"
JSONLINES = "application/jsonlines"
TEXT = "text/plain"


def parse_content_type(header: str) -> str:
    """Return the type in lower case, after checking its parameters.

    Raises
    ------
    ValueError
        The parameters declare labels, or another character set than UTF-8: LDA supports neither.
    """
    message = Message()
    message["content-type"] = header
    if str(message.get_param("label_size", "0")) != "0":
        raise ValueError(
            f"Documents have no labels: label_size must be 0, but the content type is {header!r}."
        )
    if str(message.get_param("charset", "utf-8")).lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise ValueError(f"Only UTF-8 is supported, but the content type is {header!r}.")
    return header.partition(";")[0].strip().lower()
