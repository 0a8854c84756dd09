"""A stack's role needs the permissions for its SageMaker resources."""

from collections.abc import Callable
from typing import Any

import pytest

HOSTING = (
    "CreateModel",
    "DeleteModel",
    "CreateEndpointConfig",
    "DeleteEndpointConfig",
    "CreateEndpoint",
    "DescribeEndpoint",
    "DeleteEndpoint",
    "AddTags",
)


@pytest.fixture
def deploying(aws: Any, role: str) -> Callable[[tuple[str, ...]], str]:
    """Return a function that creates a stack role without some actions."""

    def make(missing: tuple[str, ...]) -> str:
        allowed = [f"sagemaker:{action}" for action in HOSTING if action not in missing]
        resources = [
            f"arn:aws:sagemaker:us-east-1:123456789012:{kind}/*"
            for kind in ("model", "endpoint", "endpoint-config")
        ]
        passing = [] if "PassRole" in missing else [{"Action": "iam:PassRole", "Resource": role}]
        topics = {"Action": "sns:*", "Resource": "*"}
        statements = [{"Action": allowed, "Resource": resources}, topics, *passing]
        arn: str = aws.role(statements, "cloudformation.amazonaws.com")
        return arn

    return make


def test_a_role_with_every_permission_suffices(
    aws: Any, stack: Any, deploying: Callable[[tuple[str, ...]], str]
) -> None:
    done = stack.promote(aws.model_data("by role"), RoleARN=deploying(()))
    assert done["StackStatus"] == "UPDATE_COMPLETE", stack.reasons()


@pytest.mark.parametrize(
    "missing",
    ["CreateModel", "CreateEndpointConfig", "CreateEndpoint", "DescribeEndpoint", "AddTags", "PassRole"],
)
def test_each_missing_permission_of_the_stack_role_is_named(
    aws: Any, stack: Any, deploying: Callable[[tuple[str, ...]], str], missing: str
) -> None:
    done = stack.promote(aws.model_data("poor"), RoleARN=deploying((missing,)))
    assert "ROLLBACK" in done["StackStatus"]
    service = "iam" if missing == "PassRole" else "sagemaker"
    assert f"not authorized to perform: {service}:{missing}" in stack.reasons()
    aws.client("cloudformation").delete_stack(StackName=stack.name, RoleARN=deploying(()))
    aws.wait(stack.is_gone)
    aws.wait(lambda: not aws.client("sagemaker").list_endpoints(NameContains=stack.endpoint)["Endpoints"])
