"""Invoke the endpoint: topic mixtures of documents."""

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from botocore.exceptions import ClientError
from numpy.typing import NDArray
from scipy import sparse

from client.deployment import Deployment
from client.errors import UserError

# SageMaker refuses larger request bodies (InvokeEndpoint, 6 MB), and requests of more than about 100
# documents over a large vocabulary time out (sagemaker-spark#64). Both limits leave a margin.
MAX_BODY_BYTES = 5_000_000
MAX_DOCUMENTS = 100


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
    rows = [row for body in request_bodies(documents) for row in _invoke(runtime, endpoint, body)]
    return np.asarray(rows, dtype=np.float64)


def request_bodies(documents: Any) -> Iterator[bytes]:
    """Encode documents as text/csv, one per line, in bodies that respect the endpoint's limits.

    Parameters
    ----------
    documents
        Word counts, shape (D, V), dense or sparse.
    """
    body, num_documents = io.BytesIO(), 0
    for row in _dense_rows(documents):
        line = ",".join(_format_count(count) for count in row.tolist()).encode() + b"\n"
        is_full = num_documents == MAX_DOCUMENTS or body.tell() + len(line) > MAX_BODY_BYTES
        if num_documents and is_full:
            yield body.getvalue()
            body, num_documents = io.BytesIO(), 0
        body.write(line)
        num_documents += 1
    if num_documents:
        yield body.getvalue()


def _dense_rows(documents: Any) -> Iterator[NDArray[Any]]:
    # One row at a time: a large sparse corpus does not fit into memory as a dense array.
    if sparse.issparse(documents):
        matrix: Any = documents
        rows = matrix.tocsr()
        yield from (rows[[index]].toarray()[0] for index in range(rows.shape[0]))
    else:
        yield from np.atleast_2d(np.asarray(documents))


def _format_count(count: float) -> str:
    return str(int(count)) if float(count).is_integer() else repr(float(count))


def _invoke(runtime: Any, endpoint: str, body: bytes) -> list[list[float]]:
    try:
        response = runtime.invoke_endpoint(
            EndpointName=endpoint, ContentType="text/csv", Accept="application/json", Body=body
        )
    except ClientError as error:
        # ModelError has the container's response, which names the invalid document.
        if error.response["Error"]["Code"] != "ModelError":
            raise
        reason = error.response.get("OriginalMessage") or error.response["Error"]["Message"]
        raise UserError(f"The endpoint {endpoint} refused the documents: {str(reason).strip()}") from error
    predictions = json.loads(response["Body"].read())["predictions"]
    return [prediction["topic_mixture"] for prediction in predictions]
