"""The settings of a transform job: from the request, the container's execution parameters, or the defaults.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
"""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local_aws.sagemaker.core.api_call import JsonObject
from local_aws.sagemaker.hosting.model_server import PING_TIMEOUT_SECONDS, ModelServer
from local_aws.sagemaker.transform.payloads import CONTAINER_STRATEGIES, MULTI_RECORD, SINGLE_RECORD

DEFAULT_PAYLOAD_MB = 6


def execution_parameters(server: ModelServer) -> JsonObject:
    """Return the container's execution parameters, {} if it has none."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PING_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/execution-parameters")
        response = connection.getresponse()
        body = response.read()
        parameters = json.loads(body) if response.status == HTTPStatus.OK else {}
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return parameters if isinstance(parameters, dict) else {}


@dataclass(frozen=True)
class TransformSettings:
    """How records are sent: by the request, else by the execution parameters, else by the defaults."""

    max_concurrency: int
    payload_mb: int
    strategy: str

    @classmethod
    def from_job(cls, job: Mapping[str, Any], parameters: JsonObject) -> "TransformSettings":
        """Return the settings of a job, given the container's execution parameters."""
        single = parameters.get("BatchStrategy") == CONTAINER_STRATEGIES[SINGLE_RECORD]
        return cls(
            job.get("MaxConcurrentTransforms") or _positive(parameters.get("MaxConcurrentTransforms"), 1),
            job.get("MaxPayloadInMB") or _positive(parameters.get("MaxPayloadInMB"), DEFAULT_PAYLOAD_MB),
            job.get("BatchStrategy", SINGLE_RECORD if single else MULTI_RECORD),
        )

    def __str__(self) -> str:
        """Return the first line of the data log."""
        return (
            f"MaxConcurrentTransforms={self.max_concurrency}, MaxPayloadInMB={self.payload_mb}, "
            f"BatchStrategy={CONTAINER_STRATEGIES[self.strategy]}"
        )


def _positive(parameter: Any, default: int) -> int:
    return parameter if isinstance(parameter, int) and parameter > 0 else default
