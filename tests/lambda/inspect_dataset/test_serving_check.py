"""A promotion that could only fail is refused before a job is paid for, with the remedy."""

from collections.abc import Callable
from typing import Any

import pytest

OUTPUTS = [{"OutputKey": "EndpointName", "OutputValue": "lda-dev"}]
Refusal = Callable[..., str]
Run = Callable[..., Any]


def test_an_endpoint_that_was_deleted_by_hand_is_reported_with_the_remedy(
    run: Run, refusal: Refusal, sagemaker: Any, cloudformation: Any
) -> None:
    cloudformation.stack["Outputs"] = OUTPUTS
    assert run({})["promote"] is True
    sagemaker.status = "Deleting"
    assert "The endpoint lda-dev doesn't exist" in refusal(run, {})
    sagemaker.serves = False
    message = refusal(run, {})
    assert message.startswith(
        "The endpoint lda-dev doesn't exist, although the stack DevServing has created it: it was deleted"
    )
    assert "update-stack --stack-name DevServing --use-previous-template" in message
    assert "ParameterKey=ModelDataUrl,ParameterValue= " in message


@pytest.mark.parametrize(
    "stack", [{"StackStatus": "CREATE_COMPLETE"}, {"StackStatus": "UPDATE_IN_PROGRESS", "Outputs": OUTPUTS}]
)
def test_a_stack_that_has_no_endpoint_yet_may_get_its_first(
    run: Run, sagemaker: Any, cloudformation: Any, stack: dict[str, Any]
) -> None:
    sagemaker.serves, cloudformation.stack = False, stack
    assert run({})["promote"] is True


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name DevServing"),
        ("ROLLBACK_COMPLETE", "delete it (cdk destroy DevServing), and deploy all stacks again"),
        ("DELETE_FAILED", "delete it again (cdk destroy DevServing)"),
    ],
)
def test_a_stack_that_cannot_be_updated_is_reported_with_the_remedy(
    run: Run, refusal: Refusal, cloudformation: Any, status: str, remedy: str
) -> None:
    cloudformation.stack["StackStatus"] = status
    message = refusal(run, {})
    assert message.startswith(f"The stack DevServing is {status} and can't be updated; ")
    assert remedy in message


def test_a_missing_stack_is_reported(run: Run, refusal: Refusal, cloudformation: Any) -> None:
    cloudformation.stack = None
    assert refusal(run, {}) == (
        "The stack DevServing isn't deployed, so there is no endpoint to promote to: deploy all stacks."
    )


def test_without_a_promotion_nothing_is_asked(run: Run, sagemaker: Any, cloudformation: Any) -> None:
    sagemaker.serves, cloudformation.stack = False, None
    assert run({"promote": False})["promote"] is False
