"""Parses the body of a request into documents: a matrix of counts, or texts."""

import io
from collections.abc import Callable

from container.contract.content_types import CSV, JSON, JSONLINES, RECORDIO, TEXT
from container.contract.errors import DocumentError
from container.formats.csv_documents import parse_csv
from container.formats.csv_scanner import scan_csv
from container.formats.json_documents import parse_json, parse_jsonlines
from container.formats.text_documents import parse_text
from data_prep.recordio import RecordIOError, read
from data_prep.recordio.decoder import parse
from data_prep.recordio.framing import MAGIC_BYTES, frame
from spectral_lda.counts import CountMatrix, as_counts, check_width


def _parse_csv_body(body: bytes, words: int) -> CountMatrix:
    plain = scan_csv(body, words)
    if plain is not None:
        return plain
    return parse_csv(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline=None), words)


def _parse_recordio(body: bytes, words: int) -> CountMatrix:
    counts = as_counts(read(io.BytesIO(_framed(body))), whole=False)
    if counts.shape[0]:
        check_width(counts.shape[1], words)
    return counts


def _framed(body: bytes) -> bytes:
    """Return a body of records in frames: bulk scoring of SingleRecord may send one without its frame."""
    if not body or body.startswith(MAGIC_BYTES):
        return body
    try:
        parse(body, "The body")
    except RecordIOError:
        return body  # whose reader says what is wrong
    return frame(body)


def _parse_text_body(body: bytes, _words: int) -> list[str]:
    return parse_text(body)


Documents = CountMatrix | list[str]
# Content type -> the function that parses a body to counts (D, words) or D texts, or raises ValueError.
PARSERS: dict[str, Callable[[bytes, int], Documents]] = {
    JSON: parse_json,
    JSONLINES: parse_jsonlines,
    CSV: _parse_csv_body,
    RECORDIO: _parse_recordio,
    TEXT: _parse_text_body,
}


def parse_documents(content_type: str, body: bytes, words: int) -> Documents:
    """Return the documents of a request's body, at least one: counts (D, words), or D texts.

    Raises
    ------
    ValueError
        The body contains no document, or doesn't match its content type; the message names the place.
    """
    documents = PARSERS[content_type](body, words)
    if (len(documents) if isinstance(documents, list) else documents.shape[0]) == 0:
        raise DocumentError("The request contains no document.")
    return documents
