import json
from pathlib import Path

import pytest

from local_aws.ministack.requests import Request
from local_aws.process.process_records import ProcessRecords
from local_aws.sagemaker.compose import sagemaker_handler
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting.deployments import Deployments
from local_aws.sagemaker.processes.image_catalog import ImageCatalog


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("SageMaker.Fly", "The local AWS doesn't support the operation 'Fly' of sagemaker."),
        ("SageMaker.CreateHub", "The local AWS doesn't support the operation 'CreateHub' of sagemaker."),
        ("", "The local AWS doesn't support the operation '' of sagemaker."),
    ],
)
def test_an_unknown_operation_is_refused(tmp_path: Path, target: str, sentence: str) -> None:
    service = Service(ImageCatalog(tmp_path / "images.toml", ()), tmp_path, ProcessRecords(tmp_path))
    handle = sagemaker_handler(service, Deployments(service))
    status, _, body = handle(Request("POST", "/", {"x-amz-target": target}, b"{}", {}))
    error = json.loads(body)
    assert (status, error["__type"], error["message"]) == (400, "UnknownOperationException", sentence)
