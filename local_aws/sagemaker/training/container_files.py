"""The files that SageMaker and a training container exchange, below a base folder instead of /opt/ml.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_aws.sagemaker.core.api_call import JsonObject
from local_aws.sagemaker.core.resources import MAX_FAILURE_REASON
from local_aws.sagemaker.training.channels import distribution, input_mode


def hosts(job: Mapping[str, Any]) -> list[str]:
    """Return the names of a job's hosts, as SageMaker gives them."""
    return [f"algo-{number}" for number in range(1, job["ResourceConfig"].get("InstanceCount", 1) + 1)]


def write_inputs(base: Path, job: Mapping[str, Any], index: int = 0) -> None:
    """Create the folders and the three configuration files.

    Parameters
    ----------
    base
        The folder in place of /opt/ml.
    job
        The request of CreateTrainingJob.
    index
        The index of the host.
    """
    for folder in ("input/config", "input/data", "model", "output/data", "checkpoints"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    _write(base, "hyperparameters", job.get("HyperParameters", {}))
    channels = {c["ChannelName"]: _channel(c, job) for c in job.get("InputDataConfig", [])}
    _write(base, "inputdataconfig", channels)
    _write(base, "resourceconfig", _resources(job, index))


def _write(base: Path, name: str, content: Any) -> None:
    (base / "input" / "config" / f"{name}.json").write_text(json.dumps(content))


def _channel(channel: JsonObject, job: Mapping[str, Any]) -> JsonObject:
    content_type = {"ContentType": channel["ContentType"]} if "ContentType" in channel else {}
    return {
        **content_type,
        "TrainingInputMode": input_mode(channel, job),
        "S3DistributionType": distribution(channel),
        "RecordWrapperType": "None",
    }


def _resources(job: Mapping[str, Any], index: int) -> JsonObject:
    return {
        "current_host": hosts(job)[index],
        "current_instance_type": job["ResourceConfig"]["InstanceType"],
        "hosts": hosts(job),
        "network_interface_name": "lo",  # all hosts are this machine
    }


def failure_text(base: Path) -> str:
    """Return the first characters of output/failure, "" if the program wrote none."""
    path = base / "output" / "failure"
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(MAX_FAILURE_REASON).strip()


def failure_reason(base: Path, exit_code: int) -> str:
    """Return the FailureReason of a training program.

    Built-in algorithms begin a message about the user's mistake with "ClientError:" or "Customer Error:"; any
    other failure is the algorithm's.
    """
    text = failure_text(base)
    for prefix in ("ClientError:", "Customer Error:"):
        if text.startswith(prefix):
            return f"ClientError: {text.removeprefix(prefix).strip()}"
    text = text.removeprefix("AlgorithmError:").strip()
    if exit_code < 0:  # a container's exit code for a signal is 128 and its number
        text = text or f"the program was ended by {signal.Signals(-exit_code).name}"
        exit_code = 128 - exit_code
    return f"AlgorithmError: {text}, exit code: {exit_code}"
