import pytest

from local_aws.cloudformation.template_checks import check, check_properties, outputs_changed


def test_references_to_existing_resources_are_accepted() -> None:
    check(
        {
            "Parameters": {"P": {"Type": "String"}},
            "Resources": {
                "A": {"Type": "T", "Properties": {"X": {"Ref": "P"}, "Y": {"Ref": "AWS::Region"}}},
                "B": {"Type": "T", "DependsOn": ["A"], "Properties": {"Z": {"Fn::GetAtt": ["A", "Arn"]}}},
            },
        }
    )


def test_all_missing_resources_are_reported() -> None:
    resources = {"A": {"Type": "T", "DependsOn": ["X"], "Properties": {"Z": [{"Fn::GetAtt": ["Y", "Arn"]}]}}}
    with pytest.raises(ValueError, match=r"Unresolved resource dependencies \[X, Y\]"):
        check({"Resources": resources})


def test_properties_of_a_type_without_a_schema_are_not_checked() -> None:
    check_properties("AWS::Some::Type", "A", {"Anything": 1})


def test_nested_properties_are_reported_with_their_location() -> None:
    rules = {"Rules": [{"Status": "Enabled", "Expiry": 3}]}
    with pytest.raises(ValueError, match=r"#/LifecycleConfiguration/Rules/0: extraneous key \[Expiry\]"):
        check_properties("AWS::S3::Bucket", "B", {"LifecycleConfiguration": rules})


def test_policy_documents_are_not_checked() -> None:
    policy = {"Statement": [{"Anything": 1}]}
    check_properties("AWS::S3::BucketPolicy", "B", {"Bucket": "b", "PolicyDocument": policy})


def test_outputs_change_with_their_text_or_a_parameter() -> None:
    old = {"Outputs": {"O": {"Value": {"Ref": "P"}}}}
    assert not outputs_changed(old, old, set())
    assert not outputs_changed(old, old, {"Q"})
    assert outputs_changed(old, old, {"P"})
    assert outputs_changed({}, old, set())
