from typing import Any

BUCKET = {
    "Type": "AWS::S3::Bucket",
    "Properties": {
        "VersioningConfiguration": {"Status": "Enabled"},
        "Tags": [{"Key": "project", "Value": "x"}],
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            ]
        },
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": True},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "old",
                    "Status": "Enabled",
                    "Prefix": "datasets/",
                    "ExpirationInDays": 30,
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
                    "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 3}],
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                    "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 10}],
                }
            ]
        },
    },
}


def created(aws: Any, resource: dict[str, Any]) -> tuple[dict[str, Any], str]:
    stack = aws.stack({"Bucket": resource}, template={"Outputs": {"Name": {"Value": {"Ref": "Bucket"}}}})
    assert stack["StackStatus"] == "CREATE_COMPLETE", aws.failures(stack)
    return stack, stack["Outputs"][0]["OutputValue"]


def test_a_stacks_bucket_has_all_its_properties(aws: Any) -> None:
    _, bucket = created(aws, BUCKET)
    s3 = aws.client("s3")
    assert {"Key": "project", "Value": "x"} in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rule["Expiration"] == {"Days": 30}
    assert rule["Filter"] == {"Prefix": "datasets/"}
    assert rule["NoncurrentVersionTransitions"] == [{"NoncurrentDays": 3, "StorageClass": "GLACIER"}]
    assert rule["Transitions"] == [{"Days": 10, "StorageClass": "GLACIER"}]
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"]
    owner = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"][0]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"


def test_an_update_removes_properties_that_the_template_no_longer_has(aws: Any) -> None:
    stack, bucket = created(aws, BUCKET)
    properties = {**BUCKET["Properties"], "Tags": [{"Key": "project", "Value": "y"}]}  # type: ignore[dict-item]  # a literal of mixed types
    properties.pop("LifecycleConfiguration")
    body = aws.template({"Bucket": {**BUCKET, "Properties": properties}})
    aws.client("cloudformation").update_stack(StackName=stack["StackName"], TemplateBody=body)
    assert aws.settled(stack["StackName"])["StackStatus"] == "UPDATE_COMPLETE"
    s3 = aws.client("s3")
    assert {"Key": "project", "Value": "y"} in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    with aws.refused("NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


def test_a_bucket_with_object_versions_is_not_deleted_with_its_stack(aws: Any) -> None:
    stack, bucket = created(aws, BUCKET)
    s3 = aws.client("s3")
    version = s3.put_object(Bucket=bucket, Key="key", Body=b"")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="key")["VersionId"]
    assert aws.delete(stack)["StackStatus"] == "DELETE_FAILED"
    assert "BucketNotEmpty" in aws.failures(stack)
    for version_id in (version, marker):
        s3.delete_object(Bucket=bucket, Key="key", VersionId=version_id)
    assert aws.delete(stack)["StackStatus"] == "DELETE_COMPLETE"
    with aws.refused("404"):
        s3.head_bucket(Bucket=bucket)


def test_a_stack_is_deleted_if_its_bucket_was_deleted_before(aws: Any) -> None:
    stack, bucket = created(aws, {"Type": "AWS::S3::Bucket"})
    aws.client("s3").delete_bucket(Bucket=bucket)
    assert aws.delete(stack)["StackStatus"] == "DELETE_COMPLETE"


def test_a_write_with_kms_and_no_key_uses_the_accounts_managed_key(aws: Any) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="managed-key")
    s3.put_object(Bucket="managed-key", Key="key", Body=b"", ServerSideEncryption="aws:kms")
    assert s3.head_object(Bucket="managed-key", Key="key")["SSEKMSKeyId"].endswith(":alias/aws/s3")
