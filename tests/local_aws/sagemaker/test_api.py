import json
from pathlib import Path

import pytest

from local_aws.ministack.requests import Request
from local_aws.process.child_processes import ChildProcesses
from local_aws.sagemaker import api
from local_aws.sagemaker.images import Catalog
from local_aws.sagemaker.service import Service


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("SageMaker.Fly", "sagemaker on this machine has no Fly."),
        ("SageMaker.CreateHub", "sagemaker on this machine has no CreateHub."),
        ("", "sagemaker on this machine has no such call."),
    ],
)
def test_an_operation_that_is_not_served_is_refused(tmp_path: Path, target: str, sentence: str) -> None:
    service = Service(Catalog(tmp_path / "images.toml", ()), tmp_path, ChildProcesses(tmp_path))
    status, _, body = api.sagemaker(service)(Request("POST", "/", {"x-amz-target": target}, b"{}", {}))
    said = json.loads(body)
    assert (status, said["__type"], said["message"]) == (400, "UnknownOperationException", sentence)
