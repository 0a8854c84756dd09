"""One object through the model: cut into payloads, sent, assembled."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from local_aws.sagemaker.core.api_call import Record
from local_aws.sagemaker.hosting.model_server import ModelServer
from local_aws.sagemaker.transform.model_client import Invoker, Settings, TransformError, in_order
from local_aws.sagemaker.transform.payloads import payloads
from local_aws.sagemaker.transform.recordio import TooLongError

MEBIBYTE = 1 << 20
DEFAULT_TIMEOUT_SECONDS = 600
DEFAULT_RETRIES = 3


def transform(job: Record, settings: Settings, server: ModelServer, source: Path, result: Path) -> None:
    """Write the answers to a file's records into another.

    Parameters
    ----------
    job
        The job's record.
    settings
        How its records are sent.
    server
        The model server.
    source, result
        The files; at most a few payloads of them are in memory.

    Raises
    ------
    TransformError
        The file can't be split, or the model doesn't answer; the other file is of no use then.
    """
    invoker = _invoker(job, server)
    split = job["TransformInput"]["SplitType"]
    try:
        with source.open("rb") as file, result.open("wb") as out:
            requests = payloads(file, split, settings.strategy, settings.payload_mb * MEBIBYTE)
            answers = in_order(requests, invoker.send, settings.at_once)
            assemble(answers, out, by_line=job["TransformOutput"]["AssembleWith"] == "Line")
    except TooLongError as error:
        message = f"Too much data for max payload size ({settings.payload_mb} MB): {error}"
        raise TransformError("ClientError", message) from error
    except ValueError as error:
        raise TransformError("ClientError", str(error)) from error
    finally:
        invoker.close()


def _invoker(job: Record, server: ModelServer) -> Invoker:
    types = {
        "Content-Type": job["TransformInput"].get("ContentType"),
        "Accept": job["TransformOutput"].get("Accept"),
    }
    client = job.get("ModelClientConfig", {})
    return Invoker(
        server,
        {name: value for name, value in types.items() if value},
        client.get("InvocationsTimeoutInSeconds", DEFAULT_TIMEOUT_SECONDS),
        client.get("InvocationsMaxRetries", DEFAULT_RETRIES),
    )


def assemble(answers: Iterable[bytes], out: BinaryIO, *, by_line: bool) -> None:
    """Write answers one after the other.

    Parameters
    ----------
    answers
        The model's answers, in order.
    out
        Where they go.
    by_line
        Whether each ends with a newline; one that has its own gets no second.
    """
    for answer in answers:
        out.write(answer)
        if by_line and not answer.endswith(b"\n"):
            out.write(b"\n")
