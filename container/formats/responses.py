"""The body of a response: topic mixtures in the content type that the client accepts."""

import io
from collections.abc import Callable, Iterator

import numpy as np
import orjson
from numpy.typing import NDArray

from container.contract.content_types import JSON, JSONLINES, RECORDIO
from data_prep.recordio import write_labels

Mixtures = NDArray[np.float32]
KEY = "topic_mixture"


def _predictions(mixtures: Mixtures) -> Iterator[bytes]:
    # Printing a float32 as a float64 shows all of its digits, so that reading it gives the same bits.
    for row in mixtures.astype(np.float64):
        yield orjson.dumps({KEY: row}, option=orjson.OPT_SERIALIZE_NUMPY)


def _encode_json(mixtures: Mixtures) -> bytes:
    return b'{"predictions":[' + b",".join(_predictions(mixtures)) + b"]}"


def _encode_jsonlines(mixtures: Mixtures) -> bytes:
    return b"".join(row + b"\n" for row in _predictions(mixtures))


def _encode_recordio(mixtures: Mixtures) -> bytes:
    buffer = io.BytesIO()
    write_labels(buffer, mixtures, key=KEY)
    return buffer.getvalue()


# Accepted type -> the function that encodes mixtures (D, K). The first type is the default.
ENCODERS: dict[str, Callable[[Mixtures], bytes]] = {
    JSON: _encode_json,
    JSONLINES: _encode_jsonlines,
    RECORDIO: _encode_recordio,
}


def negotiate_type(accept: str | None) -> str | None:
    """Return the type of the response for an Accept header (RFC 9110, section 12.5.1), None if none matches.

    The default is JSON.
    """
    accepted = sorted((_preference(part) for part in (accept or "*/*").split(",")), key=lambda pair: -pair[1])
    for name, quality in accepted:
        for offered in ENCODERS:
            if quality > 0 and name in {offered, "*/*", f"{offered.partition('/')[0]}/*"}:
                return offered
    return None


def _preference(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0
