"""Ask the endpoint for topic mixtures."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from botocore.exceptions import ClientError
from numpy.typing import ArrayLike, NDArray

from client.deployment import Deployment
from client.errors import SayableError

# SageMaker refuses larger bodies (docs: InvokeEndpoint, 6 MB), and requests of more than some 100 documents
# over a large vocabulary time out (sagemaker-spark#64): both are kept well away from.
MAX_BODY_BYTES = 5_000_000
MAX_DOCUMENTS = 100


def predict(deployment: Deployment, documents: ArrayLike) -> NDArray[np.float64]:
    """Infer the topic mixtures of documents, in as few requests as the endpoint's limits allow.

    Parameters
    ----------
    deployment
        Whose endpoint is asked.
    documents
        Word counts, shape (D, V).

    Returns
    -------
    ndarray, shape (D, K)
        A row a document, in the same order; each row sums to 1.

    Raises
    ------
    SayableError
        There is no endpoint, or it refused the documents: the sentence says what was wrong with them.
    """
    counts = np.atleast_2d(np.asarray(documents))
    name = deployment.output("Serving", "EndpointName")
    runtime = deployment.client("sagemaker-runtime")
    rows = [row for body in bodies(counts) for row in _invoke(runtime, name, body)]
    return np.asarray(rows, dtype=np.float64)


def bodies(counts: NDArray[Any]) -> Iterator[bytes]:
    """Encode documents as text/csv, one a line, in bodies that respect the endpoint's limits.

    Parameters
    ----------
    counts
        Word counts, shape (D, V).
    """
    body, documents = io.BytesIO(), 0
    for row in counts:
        line = ",".join(_number(value) for value in row.tolist()).encode() + b"\n"
        if documents == MAX_DOCUMENTS or (documents and body.tell() + len(line) > MAX_BODY_BYTES):
            yield body.getvalue()
            body, documents = io.BytesIO(), 0
        body.write(line)
        documents += 1
    if documents:
        yield body.getvalue()


def read_csv(path: Path) -> NDArray[np.float64]:
    """Read documents from a CSV file without header: one document a line, one count a word of the vocabulary.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    ndarray, shape (D, V)

    Raises
    ------
    SayableError
        A row has another length than the first, or a field is no number: the sentence names the place.
    """
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not rows:
        raise SayableError(
            f"{path} holds no documents; write one a line, its word counts separated by commas."
        )
    counts = np.empty((len(rows), len(rows[0])))
    for at, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise SayableError(f"{path}: row {at + 1} has {len(row)} fields, row 1 has {len(rows[0])}.")
        counts[at] = [_field(path, at, column, text) for column, text in enumerate(row)]
    return counts


def _field(path: Path, row: int, column: int, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SayableError(f"{path}: row {row + 1}, field {column + 1} is {text!r}, not a number.") from None


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _invoke(runtime: Any, endpoint: str, body: bytes) -> list[list[float]]:
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint, ContentType="text/csv", Accept="application/json", Body=body
        )
    except ClientError as error:
        # The container's own answer is what tells the caller which document is wrong.
        if error.response["Error"]["Code"] != "ModelError":
            raise
        reason = error.response.get("OriginalMessage") or error.response["Error"]["Message"]
        raise SayableError(f"The endpoint {endpoint} refused the documents: {reason}") from error
    predictions = json.loads(answer["Body"].read())["predictions"]
    return [prediction["topic_mixture"] for prediction in predictions]
