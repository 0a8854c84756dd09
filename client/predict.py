"""Invoke the endpoint: topic mixtures of documents."""

import io
import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from botocore.exceptions import ClientError
from numpy.typing import NDArray
from scipy import sparse

from client.deployment import Deployment
from client.errors import UserError
from data_prep.recordio import EmptyDocumentWarning, write

# SageMaker refuses larger request bodies (InvokeEndpoint, 6 MB), and requests of more than about 100
# documents over a large vocabulary time out (sagemaker-spark#64). Both limits leave a margin.
MAX_BODY_BYTES = 5_000_000
MAX_DOCUMENTS = 100
_CSV, _RECORDIO = "text/csv", "application/x-recordio-protobuf"


def predict(deployment: Deployment, documents: Any) -> NDArray[np.float64]:
    """Infer the topic mixtures of documents, in as few requests as the endpoint's limits allow.

    Parameters
    ----------
    deployment
        The deployment whose endpoint is invoked.
    documents
        Word counts, shape (D, V): an array or any sparse matrix of scipy.

    Returns
    -------
    ndarray, shape (D, K)
        One row per document, in the same order; each row sums to 1.

    Raises
    ------
    UserError
        There is no endpoint, or it refused the documents. The message has the container's reason.
    """
    endpoint = deployment.output("Serving", "EndpointName")
    runtime = deployment.client("sagemaker-runtime")
    rows = [row for body in request_bodies(documents) for row in _invoke(runtime, endpoint, *body)]
    return np.asarray(rows, dtype=np.float64)


def request_bodies(documents: Any) -> Iterator[tuple[str, bytes]]:
    """Encode documents in bodies that respect the endpoint's limits, each with its content type.

    Sparse documents are RecordIO-protobuf, which holds the words that occur and which both algorithms accept;
    a document over four million words may have a few hundred bytes. Arrays are text/csv, one line each.

    Parameters
    ----------
    documents
        Word counts, shape (D, V), dense or sparse.
    """
    if sparse.issparse(documents):
        matrix: Any = documents
        yield from ((_RECORDIO, body) for body in _bodies(matrix.tocsr(), _encode_records))
    else:
        yield from ((_CSV, body) for body in _bodies(np.atleast_2d(np.asarray(documents)), _encode_csv))


def _bodies(rows: Any, encode: Callable[[Any], bytes]) -> Iterator[bytes]:
    start = 0
    while start < rows.shape[0]:
        number = min(MAX_DOCUMENTS, rows.shape[0] - start)
        while len(body := encode(rows[start : start + number])) > MAX_BODY_BYTES and number > 1:
            number = max(1, min(number - 1, number * MAX_BODY_BYTES // len(body)))
        yield body
        start += number


def _encode_records(rows: Any) -> bytes:
    body = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmptyDocumentWarning)  # its mixture is the mean of the prior
        write(body, rows, layout="sparse")
    return body.getvalue()


def _encode_csv(rows: NDArray[Any]) -> bytes:
    lines = (",".join(_format_count(count) for count in row) for row in rows.tolist())
    return "".join(f"{line}\n" for line in lines).encode()


def _format_count(count: float) -> str:
    return str(int(count)) if float(count).is_integer() else repr(float(count))


def _invoke(runtime: Any, endpoint: str, content_type: str, body: bytes) -> list[list[float]]:
    try:
        response = runtime.invoke_endpoint(
            EndpointName=endpoint, ContentType=content_type, Accept="application/json", Body=body
        )
    except ClientError as error:
        # ModelError has the container's response, which names the invalid document.
        if error.response["Error"]["Code"] != "ModelError":
            raise
        reason = error.response.get("OriginalMessage") or error.response["Error"]["Message"]
        raise UserError(f"The endpoint {endpoint} refused the documents: {str(reason).strip()}") from error
    predictions = json.loads(response["Body"].read())["predictions"]
    return [prediction["topic_mixture"] for prediction in predictions]
