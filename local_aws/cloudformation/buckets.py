"""S3 buckets of stacks: properties that ministack ignores, and deletion of empty buckets only."""

import functools
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local_aws import identity
from local_aws.ministack import extensions
from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.documents import Properties
from local_aws.ministack.signatures import Create, Headers, Provisioned, Update, WriteEncryption

TYPE = "AWS::S3::Bucket"


def install() -> None:
    """Provision buckets with all their properties, and default the key of writes with KMS."""
    Ministack.write_encryption.wrap(_with_managed_key)
    native = ministack.resource_handlers[TYPE]
    replacing = ministack.replacing_properties.get(TYPE, ("BucketName",))
    create, update = _create_after(native["create"]), _update_after(native["update"])
    extensions.register_cloudformation_type(TYPE, create, update, _delete, replacing=replacing)


def _create_after(native: Create) -> Create:
    def create(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        bucket, attributes = native(logical_id, properties, stack_name)
        _configure(bucket, properties, {})
        return bucket, attributes

    return create


def _update_after(native: Update) -> Update:
    def update(bucket: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        bucket, attributes = native(bucket, old, new, stack_name)
        _configure(bucket, new, old)
        return bucket, attributes

    return update


def _with_managed_key(original: WriteEncryption) -> WriteEncryption:
    """Use the account's managed key for S3 where a write asks for KMS and names no key, as S3 does."""

    @functools.wraps(original)
    def resolve(headers: Headers, bucket: str) -> Any:
        key = f"arn:aws:kms:{identity.region()}:{identity.account()}:alias/aws/s3"
        if headers.get("x-amz-server-side-encryption") == "aws:kms":
            headers = {"x-amz-server-side-encryption-aws-kms-key-id": key, **headers}
        return original(headers, bucket)

    return resolve


def _delete(bucket: str, _properties: Properties) -> None:
    try:
        identity.administrator_client("s3").delete_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise


def _configure(bucket: str, new: Properties, old: Properties) -> None:
    """Set the properties that have changed, and delete those that were removed."""
    s3 = identity.administrator_client("s3")
    for name, (put, delete) in _CONFIGURATIONS.items():
        if name in new and new[name] != old.get(name):
            put(s3, bucket, new[name])
        elif name in old and name not in new:
            delete(s3, bucket)


def _put_tags(s3: Any, bucket: str, tags: list[dict[str, str]]) -> None:
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})


def _put_encryption(s3: Any, bucket: str, encryption: Properties) -> None:
    rules = [
        {
            ("Apply" + name if name == "ServerSideEncryptionByDefault" else name): value
            for name, value in rule.items()
        }
        for rule in encryption["ServerSideEncryptionConfiguration"]
    ]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})


def _put_versioning(s3: Any, bucket: str, versioning: Properties) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": versioning["Status"]})


def _put_ownership(s3: Any, bucket: str, ownership: Properties) -> None:
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": ownership["Rules"]})


def _put_lifecycle(s3: Any, bucket: str, lifecycle: Properties) -> None:
    rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})


# CloudFormation's member of a lifecycle rule -> the S3 API's, with the conversion of its value.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
_LIFECYCLE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "Status": ("Status", lambda value: value),
    "Id": ("ID", lambda value: value),
    "ExpirationInDays": ("Expiration", lambda days: {"Days": days}),
    "ExpirationDate": ("Expiration", lambda date: {"Date": date}),
    "ExpiredObjectDeleteMarker": ("Expiration", lambda value: {"ExpiredObjectDeleteMarker": value}),
    "AbortIncompleteMultipartUpload": ("AbortIncompleteMultipartUpload", lambda value: value),
    "NoncurrentVersionExpirationInDays": (
        "NoncurrentVersionExpiration",
        lambda days: {"NoncurrentDays": days},
    ),
    "NoncurrentVersionExpiration": ("NoncurrentVersionExpiration", lambda value: value),
    "Transitions": ("Transitions", lambda transitions: [_transition(item, "Days") for item in transitions]),
    "NoncurrentVersionTransitions": (
        "NoncurrentVersionTransitions",
        lambda transitions: [_transition(item, "NoncurrentDays") for item in transitions],
    ),
}


def _lifecycle_rule(rule: Properties) -> Properties:
    """Return a rule in the S3 API's form."""
    result: Properties = {"Filter": _lifecycle_filter(rule)}
    for name, value in rule.items():
        if name in _LIFECYCLE:
            member, convert = _LIFECYCLE[name]
            part = convert(value)
            result[member] = {**result.get(member, {}), **part} if isinstance(part, dict) else part
    return result


def _transition(transition: Properties, days: str) -> Properties:
    renamed = {"TransitionInDays": days, "TransitionDate": "Date"}
    return {renamed.get(name, name): value for name, value in transition.items()}


def _lifecycle_filter(rule: Properties) -> Properties:
    parts: Properties = {}
    if "Prefix" in rule:
        parts["Prefix"] = rule["Prefix"]
    if rule.get("TagFilters"):
        parts["Tags"] = rule["TagFilters"]
    if not parts:
        return {"Prefix": ""}
    return parts if list(parts) == ["Prefix"] else {"And": parts}


# Property -> the calls that set and delete it.
_CONFIGURATIONS: dict[str, tuple[Callable[[Any, str, Any], None], Callable[[Any, str], None]]] = {
    "Tags": (_put_tags, lambda s3, bucket: s3.delete_bucket_tagging(Bucket=bucket)),
    "BucketEncryption": (_put_encryption, lambda s3, bucket: s3.delete_bucket_encryption(Bucket=bucket)),
    "LifecycleConfiguration": (_put_lifecycle, lambda s3, bucket: s3.delete_bucket_lifecycle(Bucket=bucket)),
    "OwnershipControls": (
        _put_ownership,
        lambda s3, bucket: s3.delete_bucket_ownership_controls(Bucket=bucket),
    ),
    "VersioningConfiguration": (
        _put_versioning,
        lambda s3, bucket: _put_versioning(s3, bucket, {"Status": "Suspended"}),
    ),
}
