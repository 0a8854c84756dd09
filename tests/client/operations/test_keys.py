from typing import Any

import pytest
from botocore.exceptions import ClientError

from client.operations.keys import customer_keys
from tests.client.conftest import PreparedAws


def described(key: str, manager: str, state: str = "Enabled") -> dict[str, Any]:
    return {
        "KeyMetadata": {"KeyId": key, "KeyManager": manager, "KeyState": state, "Description": f"for {key}"}
    }


def test_customer_keys_are_told_with_what_they_are_for_and_whether_they_are_being_deleted(
    aws: PreparedAws,
) -> None:
    aws.answer(
        "kms", "list_keys", {"Keys": [{"KeyId": "a"}, {"KeyId": "b"}], "Truncated": True, "NextMarker": "x"}
    )
    aws.answer("kms", "describe_key", described("a", "CUSTOMER"))
    aws.answer("kms", "describe_key", described("b", "AWS"))
    aws.answer("kms", "list_keys", {"Keys": [{"KeyId": "c"}]})
    aws.answer("kms", "describe_key", described("c", "CUSTOMER", "PendingDeletion"))
    assert list(customer_keys(aws.client("kms"))) == ["a/for a/Enabled", "c/for c/PendingDeletion"]


def test_a_key_that_only_its_owner_may_look_at_is_left_out(aws: PreparedAws) -> None:
    aws.answer("kms", "list_keys", {"Keys": [{"KeyId": "a"}]})
    aws.refuse("kms", "describe_key", "AccessDeniedException", "no")
    assert list(customer_keys(aws.client("kms"))) == []


def test_any_other_refusal_is_not_hidden(aws: PreparedAws) -> None:
    aws.answer("kms", "list_keys", {"Keys": [{"KeyId": "a"}]})
    aws.refuse("kms", "describe_key", "KMSInternalException", "no")
    with pytest.raises(ClientError, match="KMSInternalException"):
        list(customer_keys(aws.client("kms")))
