"""The transformation of one object: split into payloads, sent to the model, assembled."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from local_aws.sagemaker.core.resources import TransformJob
from local_aws.sagemaker.hosting.model_server import ModelServer
from local_aws.sagemaker.transform.model_client import ModelClient, TransformError, send_in_order
from local_aws.sagemaker.transform.payloads import split_into_payloads
from local_aws.sagemaker.transform.recordio import TooLongError
from local_aws.sagemaker.transform.transform_settings import TransformSettings

MIB = 1 << 20
DEFAULT_TIMEOUT_SECONDS = 600
DEFAULT_RETRIES = 3


def transform(
    job: TransformJob, settings: TransformSettings, server: ModelServer, source: Path, output: Path
) -> None:
    """Transform a file: write the model's responses to its records into another one.

    Parameters
    ----------
    job
        The stored job.
    settings
        How its records are sent.
    server
        The model server.
    source, output
        The input file and the output file; at most a few payloads of them are in memory.

    Raises
    ------
    TransformError
        The file can't be split, or the model doesn't respond; the output file is incomplete then.
    """
    client = _model_client(job, server)
    split = job["TransformInput"]["SplitType"]
    try:
        with source.open("rb") as file, output.open("wb") as out:
            payloads = split_into_payloads(file, split, settings.strategy, settings.payload_mb * MIB)
            responses = send_in_order(payloads, client.send, settings.max_concurrency)
            assemble(responses, out, by_line=job["TransformOutput"]["AssembleWith"] == "Line")
    except TooLongError as error:
        message = f"Too much data for max payload size ({settings.payload_mb} MB): {error}"
        raise TransformError("ClientError", message) from error
    except ValueError as error:
        raise TransformError("ClientError", str(error)) from error
    finally:
        client.close()


def _model_client(job: TransformJob, server: ModelServer) -> ModelClient:
    types = {
        "Content-Type": job["TransformInput"].get("ContentType"),
        "Accept": job["TransformOutput"].get("Accept"),
    }
    config = job.get("ModelClientConfig", {})
    return ModelClient(
        server,
        {name: value for name, value in types.items() if value},
        config.get("InvocationsTimeoutInSeconds", DEFAULT_TIMEOUT_SECONDS),
        config.get("InvocationsMaxRetries", DEFAULT_RETRIES),
    )


def assemble(responses: Iterable[bytes], out: BinaryIO, *, by_line: bool) -> None:
    """Write responses one after another.

    Parameters
    ----------
    responses
        The model's responses, in order.
    out
        The output file.
    by_line
        Whether to end each response with a newline, if it has none.
    """
    for response in responses:
        out.write(response)
        if by_line and not response.endswith(b"\n"):
            out.write(b"\n")
