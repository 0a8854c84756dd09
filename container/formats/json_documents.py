"""Documents as JSON: counts, in the three forms of SageMaker's built-in algorithms, or texts.

https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html
"""

import contextlib
import json
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from scipy import sparse

from container.contract.errors import DocumentError
from spectral_lda.counts import LARGEST_COUNT, CountMatrix, as_counts

TEXT_KEY = "text"
Entries = tuple[NDArray[np.int64], NDArray[np.float64]]


def parse_json(body: bytes, words: int) -> CountMatrix | list[str]:
    """Return the documents of ``{"instances": [...]}`` or ``{"text": "..."}``: counts (D, words), or texts.

    Raises
    ------
    DocumentError
        The body is not JSON, or has another form: the message names the instance, counted from 0, and the
        field.
    """
    request = _loads(body, "The body")
    if _is_text(request) and "instances" not in request:
        return [_text(request, "The body")]
    if not isinstance(request, dict) or not isinstance(request.get("instances"), list):
        raise DocumentError('The body must be {"instances": [...]} or {"text": "..."}.')
    return _documents(((f"Instance {at}", item) for at, item in enumerate(request["instances"])), words)


def parse_jsonlines(body: bytes, words: int) -> CountMatrix | list[str]:
    """Return the documents of one instance per line: counts (D, words) or texts; empty lines are skipped.

    Raises
    ------
    DocumentError
        A line is not JSON or not an instance: the message names the line, counted from 1, and the field.
    """
    numbered = ((number, line) for number, line in enumerate(body.split(b"\n"), start=1) if line.strip())
    return _documents(((f"Line {at}", _loads(line, f"Line {at}")) for at, line in numbered), words)


def _documents(items: Iterable[tuple[str, Any]], words: int) -> CountMatrix | list[str]:
    """Return the instances, each given with its place: all are counts, or all are texts."""
    entries: list[Entries] = []
    texts: list[str] = []
    for where, item in items:
        if _is_text(item):
            texts.append(_text(item, where))
        else:
            entries.append(_instance(item, where, words))
        if texts and entries:
            raise DocumentError(
                f"{where} is {'a text' if _is_text(item) else 'counts'}, unlike those before it: "
                "send texts and counts in requests of their own."
            )
    return texts or _matrix(entries, words)


def _is_text(item: Any) -> bool:
    return isinstance(item, dict) and TEXT_KEY in item and "features" not in item and "data" not in item


def _text(item: dict[str, Any], where: str) -> str:
    text = item[TEXT_KEY]
    if not isinstance(text, str):
        raise DocumentError(f"{where}, {TEXT_KEY} is {_excerpt(text, json.dumps)}, not a string.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DocumentError(
            f"{where}, {TEXT_KEY} contains half of a surrogate pair, which is no character."
        ) from error
    return text


def _loads(text: bytes, where: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _loads_leniently(text, where)


def _loads_leniently(text: bytes, where: str) -> Any:
    """Read what Python's json accepts beyond the standard, such as NaN, so that the error names its field."""
    try:
        return json.loads(text)
    except RecursionError:
        raise DocumentError(f"{where} nests too deeply.") from None
    except ValueError as error:
        raise DocumentError(f"{where} is not JSON: {error}.") from error


def _instance(item: Any, where: str, words: int) -> Entries:
    """Return the word indices and weights of a document."""
    if not isinstance(item, dict):
        raise DocumentError(f'{where} must be an object with "features", "data" or "text".')
    if "features" in item:
        return _dense(item["features"], f"{where}, features", words)
    data = item.get("data")
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, dict):
        raise DocumentError(f'{where} has neither "features" nor "data": {{"features": {{"values": ...}}}}.')
    where = f"{where}, data.features"
    if "keys" in features:
        return _sparse(features, where, words)
    return _dense(features.get("values"), f"{where}.values", words)


def _dense(values: Any, where: str, words: int) -> Entries:
    weights = _numbers(values, where)
    if weights.size != words:
        raise DocumentError(f"{where} has {weights.size} values; the model's vocabulary has {words} words.")
    used = np.flatnonzero(weights)
    return used, weights[used]


def _sparse(features: dict[str, Any], where: str, words: int) -> Entries:
    if features.get("shape") != [words]:
        shape = _excerpt(features.get("shape"), str)
        raise DocumentError(f"{where}.shape is {shape}; the model needs [{words}].")
    keys, weights = (
        _numbers(features["keys"], f"{where}.keys"),
        _numbers(features.get("values"), f"{where}.values"),
    )
    if keys.size != weights.size:
        raise DocumentError(f"{where} has {keys.size} keys and {weights.size} values.")
    invalid = np.flatnonzero((keys != np.floor(keys)) | (keys >= words))
    if invalid.size:
        raise DocumentError(
            f"{where}.keys[{invalid[0]}] is {keys[invalid[0]]:g}, not a whole number below {words}."
        )
    return keys.astype(np.int64), weights


def _numbers(values: Any, where: str) -> NDArray[np.float64]:
    """Return a list of finite numbers of at least 0 as an array."""
    if not isinstance(values, list):
        raise DocumentError(f"{where} must be a list of numbers.")
    # Checking each number in Python takes ten times as long, and is only done to locate an error.
    if set(map(type, values)) <= {int, float}:  # a bool is an int in Python, but not a number in JSON
        with contextlib.suppress(OverflowError):  # a whole number beyond float64
            weights = np.fromiter(values, np.float64, len(values))
            if ((weights >= 0) & (weights <= LARGEST_COUNT)).all():
                return weights
    position = next(position for position, value in enumerate(values) if not _is_weight(value))
    value = _excerpt(values[position], json.dumps)
    raise DocumentError(f"{where}[{position}] is {value}, not a number from 0 to 2^53.")


def _excerpt(value: Any, to_text: Callable[[Any], str]) -> str:
    """Return the beginning of a value as text; a deeply nested value can be read, but not always written."""
    try:
        return to_text(value)[:40]
    except RecursionError:
        return "nested too deeply"


def _is_weight(value: Any) -> bool:
    return type(value) in {int, float} and 0 <= value <= LARGEST_COUNT


def _matrix(documents: list[Entries], words: int) -> CountMatrix:
    keys = [entries[0] for entries in documents]
    pointers = np.cumsum([0, *(part.size for part in keys)])
    columns = np.concatenate([np.empty(0, np.int64), *keys])
    weights = np.concatenate([np.empty(0), *(entries[1] for entries in documents)])
    matrix = sparse.csr_array((weights, columns, pointers), shape=(len(documents), words))
    return as_counts(matrix, whole=False)  # keys may be duplicate or unsorted
