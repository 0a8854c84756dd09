"""Topic mixtures as the body of an answer, in the type that the caller accepts."""

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
    # A float32 as a float64 prints all of its digits: whoever reads it has the same bits again.
    for row in mixtures.astype(np.float64):
        yield orjson.dumps({KEY: row}, option=orjson.OPT_SERIALIZE_NUMPY)


def _as_json(mixtures: Mixtures) -> bytes:
    return b'{"predictions":[' + b",".join(_predictions(mixtures)) + b"]}"


def _as_jsonlines(mixtures: Mixtures) -> bytes:
    return b"".join(row + b"\n" for row in _predictions(mixtures))


def _as_recordio(mixtures: Mixtures) -> bytes:
    buffer = io.BytesIO()
    write_labels(buffer, mixtures, key=KEY)
    return buffer.getvalue()


# Accepted type -> what makes an answer's body of mixtures (D, K). The first is the default.
WRITERS: dict[str, Callable[[Mixtures], bytes]] = {
    JSON: _as_json,
    JSONLINES: _as_jsonlines,
    RECORDIO: _as_recordio,
}


def choose_type(accept: str | None) -> str | None:
    """Return the type of the answer for an Accept header (RFC 9110, section 12.5.1), None if none fits.

    No header means JSON.
    """
    wanted = sorted((_preference(part) for part in (accept or "*/*").split(",")), key=lambda pair: -pair[1])
    for name, quality in wanted:
        for offered in WRITERS:
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
