from typing import Any

import pytest

from local_aws.sagemaker.transform.transform_settings import TransformSettings as Settings


@pytest.mark.parametrize(
    ("inputs", "parameters", "settings"),
    [
        ({}, {}, Settings(1, 6, "MultiRecord")),
        ({"MaxConcurrentTransforms": 0}, {"MaxConcurrentTransforms": 4}, Settings(4, 6, "MultiRecord")),
        ({"MaxConcurrentTransforms": 2}, {"MaxConcurrentTransforms": 4}, Settings(2, 6, "MultiRecord")),
        ({}, {"MaxPayloadInMB": 9, "BatchStrategy": "SINGLE_RECORD"}, Settings(1, 9, "SingleRecord")),
        (
            {"MaxPayloadInMB": 3, "BatchStrategy": "MultiRecord"},
            {"BatchStrategy": "SINGLE_RECORD"},
            Settings(1, 3, "MultiRecord"),
        ),
        ({}, {"MaxPayloadInMB": "many", "MaxConcurrentTransforms": -1}, Settings(1, 6, "MultiRecord")),
    ],
)
def test_the_request_overrides_the_execution_parameters_and_those_the_defaults(
    inputs: dict[str, Any], parameters: dict[str, Any], settings: Settings
) -> None:
    assert Settings.from_job(inputs, parameters) == settings
