"""Parses the body of a request into a matrix of documents."""

import io
from collections.abc import Callable

from container.contract.content_types import CSV, JSON, JSONLINES, RECORDIO
from container.contract.errors import DocumentError
from container.formats.csv_documents import parse_csv
from container.formats.csv_scanner import scan_csv
from container.formats.json_documents import parse_json, parse_jsonlines
from data_prep.recordio import read
from spectral_lda.counts import CountMatrix, as_counts, check_width


def _parse_csv_body(body: bytes, words: int) -> CountMatrix:
    plain = scan_csv(body, words)
    if plain is not None:
        return plain
    return parse_csv(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline=None), words)


def _parse_recordio(body: bytes, words: int) -> CountMatrix:
    counts = as_counts(read(io.BytesIO(body)), whole=False)
    if counts.shape[0]:
        check_width(counts.shape[1], words)
    return counts


# Content type -> the function that parses a body to documents (D, words), or raises ValueError.
PARSERS: dict[str, Callable[[bytes, int], CountMatrix]] = {
    JSON: parse_json,
    JSONLINES: parse_jsonlines,
    CSV: _parse_csv_body,
    RECORDIO: _parse_recordio,
}


def parse_documents(content_type: str, body: bytes, words: int) -> CountMatrix:
    """Return the documents (D, words) of a request's body, D at least 1.

    Raises
    ------
    ValueError
        The body contains no document, or doesn't match its content type; the message names the place.
    """
    counts = PARSERS[content_type](body, words)
    if counts.shape[0] == 0:
        raise DocumentError("The request contains no document.")
    return counts
