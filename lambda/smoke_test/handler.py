"""Ask the endpoint for one document's topics, and whether it runs the model that was promoted."""

import json
import os
from typing import Any

import boto3
from botocore.exceptions import ClientError

from smoke_test.checks import SmokeTestError, check_answer, check_model
from smoke_test.serving import served_models

_RUNTIME = boto3.client("sagemaker-runtime")
_SAGEMAKER = boto3.client("sagemaker")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the topic mixture of the test document.

    Parameters
    ----------
    event
        ``document``, sparse: keys, values and shape; ``num_topics``, a whole number; and
        ``model_data_url``, which must be served.

    Raises
    ------
    SmokeTestError
        When the endpoint answers anything but a topic mixture, or runs another model.
    """
    endpoint = os.environ["ENDPOINT_NAME"]
    check_model(endpoint, served_models(_SAGEMAKER, endpoint), event["model_data_url"])
    body = json.dumps({"instances": [{"data": {"features": event["document"]}}]})
    try:
        answer = _RUNTIME.invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json", Accept="application/json", Body=body
        )
    except ClientError as error:
        raise SmokeTestError(f"The endpoint {endpoint} refused a test document: {error}") from error
    content = answer["Body"].read()
    return {"endpoint": endpoint, "topic_mixture": check_answer(endpoint, content, event["num_topics"])}
