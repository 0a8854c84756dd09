"""The body of a response: topic mixtures in the content type that the client accepts."""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from container.contract.content_types import JSON, JSONLINES, RECORDIO
from data_prep.recordio import write_labels

KEY = "topic_mixture"
MAX_WORDS = 100
_NUMBER_OF_WORDS = re.compile(r"[0-9]{1,3}")
_NO_KNOWN_WORD = "The model knows no word of this text, so there are no topics."


class TextFacts(NamedTuple):
    """Of D texts: the tokens, those that the model doesn't know, and whether it knows any word."""

    tokens: NDArray[np.int64]
    unknown: NDArray[np.int64]
    known: NDArray[np.bool_]


class Predictions(NamedTuple):
    """The topic mixtures (D, K), for texts also what is known of them, and if asked the words of K topics."""

    mixtures: NDArray[np.float32]
    facts: TextFacts | None = None
    topics: list[list[str]] | None = None


def _rows(predictions: Predictions) -> Iterator[bytes]:
    # Printing a float32 as a float64 shows all of its digits, so that reading it gives the same bits.
    mixtures = predictions.mixtures.astype(np.float64)
    if predictions.facts is None:
        fields: Iterable[dict[str, Any]] = ({KEY: row} for row in mixtures)
    else:
        fields = map(_text_fields, mixtures, *map(np.ndarray.tolist, predictions.facts))
    return (orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY) for row in fields)


def _text_fields(mixture: NDArray[np.float64], tokens: int, unknown: int, known: bool) -> dict[str, Any]:  # noqa: FBT001 -- one of three parallel arrays
    counted = {"tokens": tokens, "unknown_tokens": unknown}
    return {KEY: mixture, **counted} if known else {KEY: None, **counted, "message": _NO_KNOWN_WORD}


def _encode_json(predictions: Predictions) -> bytes:
    body = b'{"predictions":[' + b",".join(_rows(predictions)) + b"]"
    if predictions.topics is not None:
        topics = [{"id": number, "words": words} for number, words in enumerate(predictions.topics)]
        body += b',"topics":' + orjson.dumps(topics)
    return body + b"}"


def _encode_jsonlines(predictions: Predictions) -> bytes:
    return b"".join(row + b"\n" for row in _rows(predictions))


def _encode_recordio(predictions: Predictions) -> bytes:
    buffer = io.BytesIO()
    write_labels(buffer, predictions.mixtures, key=KEY)
    return buffer.getvalue()


# Accepted type -> the function that encodes predictions. The first type is the default.
ENCODERS: dict[str, Callable[[Predictions], bytes]] = {
    JSON: _encode_json,
    JSONLINES: _encode_jsonlines,
    RECORDIO: _encode_recordio,
}


class Accepted(NamedTuple):
    """The type of a response, and how many words of each topic it contains."""

    type: str
    words: int = 0


class _Choice(NamedTuple):
    name: str
    quality: float
    words: str


def negotiate_type(accept: str | None) -> Accepted | None:
    """Return the response that an Accept header asks for (RFC 9110, section 12.5.1), None if none matches.

    The default is JSON. ``words=10`` asks for ten words of each topic.

    Raises
    ------
    ValueError
        The number of words is none, or the type has no place for words.
    """
    choices = sorted(map(_choice, (accept or "*/*").split(",")), key=lambda choice: -choice.quality)
    for choice in choices:
        for offered in ENCODERS:
            if choice.quality > 0 and choice.name in {offered, "*/*", f"{offered.partition('/')[0]}/*"}:
                return Accepted(offered, _number_of_words(choice.words, offered))
    return None


def _choice(part: str) -> _Choice:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    values = dict(parameter.partition("=")[::2] for parameter in reversed(parameters))
    try:
        return _Choice(name, float(values.get("q", "1")), values.get("words", ""))
    except ValueError:
        return _Choice(name, 0.0, "")


def _number_of_words(value: str, content_type: str) -> int:
    if not value:
        return 0
    if not (_NUMBER_OF_WORDS.fullmatch(value) and 1 <= int(value) <= MAX_WORDS):
        raise ValueError(f"Accept: words is {value[:40]!r}; it is a number from 1 to {MAX_WORDS}.")
    if content_type != JSON:
        raise ValueError(f"Accept: only {JSON} contains the words of the topics, not {content_type}.")
    return int(value)
