"""Ask the endpoint for topic mixtures."""

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from botocore.exceptions import ClientError
from numpy.typing import NDArray
from scipy import sparse

from client.deployment import Deployment
from client.errors import SayableError

# SageMaker refuses larger bodies (docs: InvokeEndpoint, 6 MB), and requests of more than some 100 documents
# over a large vocabulary time out (sagemaker-spark#64): both are kept well away from.
MAX_BODY_BYTES = 5_000_000
MAX_DOCUMENTS = 100


def predict(deployment: Deployment, documents: Any) -> NDArray[np.float64]:
    """Infer the topic mixtures of documents, in as few requests as the endpoint's limits allow.

    Parameters
    ----------
    deployment
        Whose endpoint is asked.
    documents
        Word counts, shape (D, V): an array or any sparse matrix of scipy.

    Returns
    -------
    ndarray, shape (D, K)
        A row a document, in the same order; each row sums to 1.

    Raises
    ------
    SayableError
        There is no endpoint, or it refused the documents: the sentence says what was wrong with them.
    """
    name = deployment.output("Serving", "EndpointName")
    runtime = deployment.client("sagemaker-runtime")
    rows = [row for body in bodies(documents) for row in _invoke(runtime, name, body)]
    return np.asarray(rows, dtype=np.float64)


def bodies(documents: Any) -> Iterator[bytes]:
    """Encode documents as text/csv, one a line, in bodies that respect the endpoint's limits.

    Parameters
    ----------
    documents
        Word counts, shape (D, V), dense or sparse.
    """
    body, held = io.BytesIO(), 0
    for row in _rows(documents):
        line = ",".join(_number(value) for value in row.tolist()).encode() + b"\n"
        if held == MAX_DOCUMENTS or (held and body.tell() + len(line) > MAX_BODY_BYTES):
            yield body.getvalue()
            body, held = io.BytesIO(), 0
        body.write(line)
        held += 1
    if held:
        yield body.getvalue()


def _rows(documents: Any) -> Iterator[NDArray[Any]]:
    # A row at a time, because a large sparse corpus doesn't fit into memory as a dense one.
    if sparse.issparse(documents):
        matrix: Any = documents
        rows = matrix.tocsr()
        yield from (rows[[at]].toarray()[0] for at in range(rows.shape[0]))
    else:
        yield from np.atleast_2d(np.asarray(documents))


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
        raise SayableError(f"The endpoint {endpoint} refused the documents: {str(reason).strip()}") from error
    predictions = json.loads(answer["Body"].read())["predictions"]
    return [prediction["topic_mixture"] for prediction in predictions]
