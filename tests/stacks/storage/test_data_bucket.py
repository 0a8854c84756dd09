"""The stack that holds data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_cdk.assertions import Match, Template

TemplateOf = Callable[..., dict[str, Any]]
BUCKET = "DataBucketE6B0FAA8"


def test_the_bucket_keeps_its_logical_id(template: TemplateOf, environment: str) -> None:
    # Another id would be another, empty bucket: CloudFormation would delete this one, or leave it an orphan.
    assert template("Storage", environment=environment)["Resources"][BUCKET]["Type"] == "AWS::S3::Bucket"


def test_the_bucket_is_private_encrypted_and_versioned(template: TemplateOf, environment: str) -> None:
    Template.from_json(template("Storage", environment=environment)).has_resource_properties(
        "AWS::S3::Bucket",
        {
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                ]
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "VersioningConfiguration": {"Status": "Enabled"},
        },
    )


def test_the_bucket_refuses_what_does_not_come_through_tls(template: TemplateOf, environment: str) -> None:
    deny = {
        "Effect": "Deny",
        "Action": "s3:*",
        "Principal": {"AWS": "*"},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    Template.from_json(template("Storage", environment=environment)).has_resource_properties(
        "AWS::S3::BucketPolicy",
        {"PolicyDocument": {"Statement": Match.array_with([Match.object_like(deny)])}},
    )


def test_a_customer_key_encrypts_the_bucket(template: TemplateOf, overridden: dict[str, object]) -> None:
    arn = overridden["kms_key_arn"]
    Template.from_json(template("Storage", **overridden)).has_resource_properties(
        "AWS::S3::Bucket",
        {
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {
                        "BucketKeyEnabled": True,
                        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn},
                    }
                ]
            }
        },
    )


def test_no_lifecycle_rule_ever_expires_a_model(template: TemplateOf, environment: str) -> None:
    bucket = template("Storage", environment=environment)["Resources"][BUCKET]["Properties"]
    rules = bucket["LifecycleConfiguration"]["Rules"]
    expiring = [rule for rule in rules if any("Expiration" in key for key in rule)]
    assert {rule["Prefix"] for rule in expiring} == {"datasets/", "evaluations/", "transforms/"}
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


def test_dev_is_emptied_and_deleted(template: TemplateOf) -> None:
    storage = template("Storage", environment="dev")
    assert storage["Resources"][BUCKET]["DeletionPolicy"] == "Delete"
    Template.from_json(storage).resource_count_is("Custom::S3AutoDeleteObjects", 1)


def test_prod_is_retained_and_protected(template: TemplateOf, assembly: Callable[..., Path]) -> None:
    storage = template("Storage", environment="prod")
    bucket = storage["Resources"][BUCKET]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    Template.from_json(storage).resource_count_is("Custom::S3AutoDeleteObjects", 0)
    assert '"terminationProtection": true' in (assembly(environment="prod") / "manifest.json").read_text()


def test_the_function_that_empties_the_bucket_leaves_no_log_group_behind(template: TemplateOf) -> None:
    resources = template("Storage", environment="dev")["Resources"]
    (function,) = (one for one in resources.values() if one["Type"] == "AWS::Lambda::Function")
    group = resources[function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]]
    assert (group["DeletionPolicy"], group["Properties"]["RetentionInDays"]) == ("Delete", 30)
    role = resources[function["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
    assert "ManagedPolicyArns" not in role
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_the_bucket_is_an_output(template: TemplateOf, environment: str) -> None:
    assert template("Storage", environment=environment)["Outputs"]["DataBucketName"]["Value"] == {
        "Ref": BUCKET
    }
