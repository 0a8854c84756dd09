"""Documents as plain text: one per line, as in every other content type of lines."""

from container.contract.errors import DocumentError

_BOM = b"\xef\xbb\xbf"


def parse_text(body: bytes) -> list[str]:
    """Return the documents of a body in UTF-8, one per line.

    Lines end with LF or CRLF. An empty line is a document without a word, because results are matched with
    documents by their order; so is an empty body, as which bulk scoring sends an empty line alone. A document
    that contains line breaks is sent as JSON.

    Raises
    ------
    DocumentError
        The body is not UTF-8; the message names the line and the byte, both counted from 1.
    """
    start = len(_BOM) if body.startswith(_BOM) else 0
    try:
        lines = body[start:].decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        at = start + error.start
        line = body.count(b"\n", 0, at) + 1
        raise DocumentError(
            f"Line {line}, byte {at + 1} of the body is 0x{body[at]:02x}, which is not "
            "UTF-8: convert the text to UTF-8."
        ) from error
    if lines[-1] == "" and len(lines) > 1:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
