"""The customer keys of an account and region; KMS lists them by their ids alone."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError


def customer_keys(kms: Any) -> Iterator[str]:
    """Yield every key that isn't AWS's own, as ``<id>/<description>/<state>``.

    A key that nobody may look at but its owner is left out: it can't be the deployment's, whose key's policy
    lets the account's policies decide.
    """
    for page in kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            described = _described(kms, key["KeyId"])
            if described.get("KeyManager") == "CUSTOMER":
                yield f"{key['KeyId']}/{described['Description']}/{described['KeyState']}"


def _described(kms: Any, key_id: str) -> dict[str, Any]:
    try:
        metadata: dict[str, Any] = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return {}
    return metadata
