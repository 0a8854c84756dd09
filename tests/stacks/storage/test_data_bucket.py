"""The data bucket."""

from aws_cdk.assertions import Match, Template

from tests.stacks.templates import TemplateOf, only

BUCKET = "DataBucketE6B0FAA8"


def test_the_bucket_keeps_its_logical_id(template: TemplateOf, environment: str) -> None:
    # With another id CloudFormation would create an empty bucket, and delete this one or leave it unmanaged.
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


def test_the_bucket_refuses_requests_without_tls(template: TemplateOf, environment: str) -> None:
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


def test_a_customer_managed_key_encrypts_the_bucket(
    template: TemplateOf, overridden: dict[str, object]
) -> None:
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


def test_no_lifecycle_rule_expires_a_model(template: TemplateOf, environment: str) -> None:
    bucket = template("Storage", environment=environment)["Resources"][BUCKET]["Properties"]
    rules = bucket["LifecycleConfiguration"]["Rules"]
    expiring = [rule for rule in rules if any("Expiration" in key for key in rule)]
    assert {rule["Prefix"] for rule in expiring} == {"datasets/", "evaluations/", "transforms/"}
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


def test_in_dev_the_bucket_is_emptied_and_deleted_with_its_stack(template: TemplateOf) -> None:
    storage = template("Storage", environment="dev")
    assert storage["Resources"][BUCKET]["DeletionPolicy"] == "Delete"
    Template.from_json(storage).resource_count_is("Custom::S3AutoDeleteObjects", 1)


def test_in_prod_the_bucket_is_retained(template: TemplateOf) -> None:
    storage = template("Storage", environment="prod")
    bucket = storage["Resources"][BUCKET]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    Template.from_json(storage).resource_count_is("Custom::S3AutoDeleteObjects", 0)


def test_the_function_that_empties_the_bucket_writes_to_a_log_group_of_the_stack(
    template: TemplateOf,
) -> None:
    storage = template("Storage", environment="dev")
    resources = storage["Resources"]
    function = only(storage, "AWS::Lambda::Function")
    group = resources[function["LoggingConfig"]["LogGroup"]["Ref"]]
    assert (group["DeletionPolicy"], group["Properties"]["RetentionInDays"]) == ("Delete", 30)
    role = resources[function["Role"]["Fn::GetAtt"][0]]["Properties"]
    assert "ManagedPolicyArns" not in role
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
