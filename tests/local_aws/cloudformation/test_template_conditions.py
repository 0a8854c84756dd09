from typing import Any

import pytest

from local_aws.cloudformation.template_conditions import resolve

VALUES = {"List": "a, b", "Empty": "", "Url": "s3://bucket/models/open/job"}
MAPPINGS = {"M": {"one": {"two": "three"}}}


@pytest.fixture(autouse=True)
def _account_and_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local_aws.identity.account", lambda: "123456789012")
    monkeypatch.setattr("local_aws.identity.region", lambda: "eu-west-1")


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Url"}, VALUES["Url"]),
        ({"Fn::Join": ["", {"Ref": "Empty"}]}, ""),
        ({"Fn::Join": ["-", {"Ref": "List"}]}, "a-b"),
        ({"Fn::Join": ["-", ["x", {"Ref": "AWS::AccountId"}]]}, "x-123456789012"),
        ({"Fn::Select": ["1", {"Ref": "List"}]}, "b"),
        ({"Fn::Select": [4, {"Fn::Split": ["/", {"Ref": "Url"}]}]}, "open"),
        ({"Fn::FindInMap": ["M", "one", "two"]}, "three"),
        ({"Fn::Sub": "${AWS::Partition}-${Url}-${!Literal}"}, f"aws-{VALUES['Url']}-${{!Literal}}"),
        ({"Fn::Sub": ["${Own}", {"Own": {"Ref": "Empty"}}]}, ""),
        ({"Condition": "Other"}, {"Condition": "Other"}),
        ({"Fn::Not": [{"Fn::Equals": ["", {"Ref": "Empty"}]}]}, {"Fn::Not": [{"Fn::Equals": ["", ""]}]}),
    ],
)
def test_functions_are_resolved_at_every_depth(node: Any, value: Any) -> None:
    assert resolve(node, VALUES, MAPPINGS) == value
