from typing import Any

from local_aws.sagemaker.core.api_call import ApiCall

INPUTS: dict[str, Any] = {"ModelName": "M", "PrimaryContainer": {"Image": "i"}, "Tags": [{"Key": "k"}]}
CALL = ApiCall("CreateModel", INPUTS, "eu-west-1", "123456789012")


def test_arns_are_in_lower_case_in_the_calls_account_and_region() -> None:
    assert CALL.arn("model", "My-Model") == "arn:aws:sagemaker:eu-west-1:123456789012:model/my-model"


def test_a_call_returns_the_resources_of_its_own_region() -> None:
    elsewhere = ApiCall("CreateModel", INPUTS, "us-east-1", "123456789012")
    resources = {call.arn("model", "m"): {"Region": call.region} for call in (CALL, elsewhere)}
    assert CALL.in_region(resources) == [{"Region": "eu-west-1"}]


def test_inputs_without_tags_are_a_copy_of_the_request() -> None:
    inputs = CALL.inputs_without_tags()
    assert inputs == {"ModelName": "M", "PrimaryContainer": {"Image": "i"}}
    inputs["PrimaryContainer"]["Image"] = "changed"
    assert CALL.inputs["PrimaryContainer"]["Image"] == "i"
