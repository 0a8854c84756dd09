"""Condition keys, read from requests as SDKs send them."""

import json
from typing import Any

import pytest

from local_aws.sagemaker.core.access.condition_keys import _additional_keys

CBOR = bytes.fromhex("a1 69") + b"Namespace" + bytes.fromhex("64") + b"/own"


@pytest.mark.parametrize(
    ("body", "params"),
    [(CBOR, {}), (b'{"Namespace": "/own"}', {}), (b"Action=PutMetricData", {"Namespace": ["/own"]})],
)
def test_the_namespace_is_read_from_every_protocol(body: bytes, params: dict[str, Any]) -> None:
    keys = _additional_keys("monitoring", "cloudwatch:PutMetricData", body, params)
    assert keys == {"cloudwatch:namespace": "/own"}


@pytest.mark.parametrize("body", [b"", b"\xa1\x69", b"[1]", b"{"])
def test_a_body_that_cannot_be_read_has_no_namespace(body: bytes) -> None:
    assert _additional_keys("monitoring", "cloudwatch:PutMetricData", body, {}) == {
        "cloudwatch:namespace": ""
    }


def test_scaling_has_the_condition_keys_of_its_namespace_and_dimension() -> None:
    inputs = {"ServiceNamespace": "sagemaker", "ScalableDimension": "d"}
    keys = _additional_keys("application-autoscaling", "any", json.dumps(inputs).encode(), {})
    assert keys == {
        "application-autoscaling:service-namespace": "sagemaker",
        "application-autoscaling:scalable-dimension": "d",
    }
