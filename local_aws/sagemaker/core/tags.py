"""AddTags, ListTags, DeleteTags, and the tags of Create calls."""

import re

from local_aws.sagemaker.core.api_call import ApiCall, JsonObject
from local_aws.sagemaker.core.errors import invalid
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.core.store import Store

MAX_TAGS = 50
RESERVED = re.compile(r"(?!aws:cloudformation:)aws:", re.IGNORECASE)


def put(store: Store, arn: str, tags: list[JsonObject]) -> None:
    """Add tags to a resource; a tag replaces the one of the same key.

    Raises
    ------
    ServiceError
        There would be too many, or a key is reserved for AWS.
    """
    added = {tag["Key"]: tag["Value"] for tag in tags}
    # CloudFormation adds its reserved tags to the resources of a stack.
    if reserved := sorted(key for key in added if RESERVED.match(key)):
        raise invalid(f"Tag keys that start with aws: are reserved for AWS: {', '.join(reserved)}.")
    with store.lock:
        merged = {**store.tags.get(arn, {}), **added}
        if len(merged) > MAX_TAGS:
            raise invalid(f"A resource has at most {MAX_TAGS} tags; {arn} would have {len(merged)}.")
        if merged:
            store.tags[arn] = merged


def add(service: Service, call: ApiCall) -> JsonObject:
    """AddTags."""
    arn = _existing_arn(service.store, call)
    put(service.store, arn, call.inputs["Tags"])
    return {"Tags": _tags_of(service.store, arn)}


def list_(service: Service, call: ApiCall) -> JsonObject:
    """ListTags, all on one page: a resource has at most 50."""
    return {"Tags": _tags_of(service.store, _existing_arn(service.store, call))}


def delete(service: Service, call: ApiCall) -> JsonObject:
    """DeleteTags."""
    arn = _existing_arn(service.store, call)
    with service.store.lock:
        tags = service.store.tags.get(arn, {})
        service.store.tags[arn] = {k: v for k, v in tags.items() if k not in call.inputs["TagKeys"]}
    return {}


def _tags_of(store: Store, arn: str) -> list[JsonObject]:
    return [{"Key": key, "Value": value} for key, value in store.tags.get(arn, {}).items()]


def _existing_arn(store: Store, call: ApiCall) -> str:
    arn: str = call.inputs["ResourceArn"]
    taggable = {
        *store.training_jobs,
        *store.transform_jobs,
        *store.models,
        *store.endpoint_configs,
        *store.endpoints,
    }
    if arn in taggable:
        return arn
    if re.fullmatch(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:[a-z-]+/.+", arn):
        raise invalid(f"Could not find resource: {arn}.")
    raise invalid(f"Invalid ARN: {arn}.")


OPERATIONS = {"AddTags": add, "ListTags": list_, "DeleteTags": delete}
