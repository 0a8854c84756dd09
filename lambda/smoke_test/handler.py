"""Checks that the endpoint runs the promoted model, and that it returns the topic mixture of one document."""

import os
from typing import Any

import boto3

from smoke_test.checks import check_answer, check_model
from smoke_test.endpoint import invoke, served_models

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
    content = invoke(_RUNTIME, endpoint, event["document"])
    return {"endpoint": endpoint, "topic_mixture": check_answer(endpoint, content, event["num_topics"])}
