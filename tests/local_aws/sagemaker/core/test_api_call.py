from typing import Any

from local_aws.sagemaker.core.api_call import Call

INPUTS: dict[str, Any] = {"ModelName": "M", "PrimaryContainer": {"Image": "i"}, "Tags": [{"Key": "k"}]}
CALL = Call("CreateModel", INPUTS, "eu-west-1", "123456789012")


def test_arns_are_in_lower_case_in_the_calls_account_and_region() -> None:
    assert CALL.arn("model", "My-Model") == "arn:aws:sagemaker:eu-west-1:123456789012:model/my-model"


def test_a_call_sees_the_records_of_its_own_region() -> None:
    elsewhere = Call("CreateModel", INPUTS, "us-east-1", "123456789012")
    records = {call.arn("model", "m"): {"Region": call.region} for call in (CALL, elsewhere)}
    assert CALL.in_region(records) == [{"Region": "eu-west-1"}]


def test_what_is_described_is_a_copy_of_the_request_without_its_tags() -> None:
    described = CALL.described()
    assert described == {"ModelName": "M", "PrimaryContainer": {"Image": "i"}}
    described["PrimaryContainer"]["Image"] = "changed"
    assert CALL.inputs["PrimaryContainer"]["Image"] == "i"
