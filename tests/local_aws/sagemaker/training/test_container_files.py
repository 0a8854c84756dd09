import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.sagemaker.training.container_files import failure_reason, write_inputs

JOB: dict[str, Any] = {
    "HyperParameters": {"num_topics": "10"},
    "InputDataConfig": [{"ChannelName": "train", "ContentType": "text/csv"}, {"ChannelName": "test"}],
    "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.c4.2xlarge", "VolumeSizeInGB": 50},
}


def test_the_configuration_files_are_as_documented(tmp_path: Path) -> None:
    write_inputs(tmp_path, JOB)
    config = tmp_path / "input" / "config"
    assert json.loads((config / "hyperparameters.json").read_text()) == {"num_topics": "10"}
    resources = json.loads((config / "resourceconfig.json").read_text())
    assert (resources["current_host"], resources["hosts"]) == ("algo-1", ["algo-1"])
    channels = json.loads((config / "inputdataconfig.json").read_text())
    common = {
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
    }
    assert channels == {"train": {"ContentType": "text/csv", **common}, "test": common}
    assert (tmp_path / "model").is_dir()
    assert (tmp_path / "output" / "data").is_dir()


def test_resourceconfig_has_the_host_and_all_hosts(tmp_path: Path) -> None:
    job = {**JOB, "ResourceConfig": {**JOB["ResourceConfig"], "InstanceCount": 2}}
    write_inputs(tmp_path, job, 1)
    resources = json.loads((tmp_path / "input" / "config" / "resourceconfig.json").read_text())
    assert (resources["current_host"], resources["hosts"]) == ("algo-2", ["algo-1", "algo-2"])
    assert resources["network_interface_name"] == "lo"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "AlgorithmError: , exit code: 2"),
        ("bad\n", "AlgorithmError: bad, exit code: 2"),
        ("AlgorithmError: bad", "AlgorithmError: bad, exit code: 2"),
        ("ClientError: num_topics", "ClientError: num_topics"),
        ("Customer Error: num_topics", "ClientError: num_topics"),
        ("x" * 2000, f"AlgorithmError: {'x' * 1024}, exit code: 2"),
    ],
)
def test_the_failure_file_becomes_the_failure_reason(tmp_path: Path, text: str | None, reason: str) -> None:
    (tmp_path / "output").mkdir()
    if text is not None:
        (tmp_path / "output" / "failure").write_text(text)
    assert failure_reason(tmp_path, 2) == reason


def test_a_program_ended_by_a_signal_has_the_exit_code_of_a_container(tmp_path: Path) -> None:
    assert failure_reason(tmp_path, -9) == "AlgorithmError: the program was ended by SIGKILL, exit code: 137"


def test_a_binary_failure_file_becomes_the_failure_reason(tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "failure").write_bytes(b"\xff\xfe bad")
    assert failure_reason(tmp_path, 1).endswith("bad, exit code: 1")
