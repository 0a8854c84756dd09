"""No role of any stack may do more than its list of reasons says."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

TemplateOf = Callable[..., dict[str, Any]]
Statement = dict[str, Any]
KINDS = ("Storage", "Training", "Serving")

# Actions that AWS lets nobody confine to a resource, and what confines them instead.
WITHOUT_RESOURCE = {
    "ecr:GetAuthorizationToken": "a token is for the registry; what may be pulled with it is confined",
    "cloudwatch:PutMetricData": "metrics have no ARN; the condition confines the namespace",
    "servicequotas:ListServiceQuotas": "listing quotas knows no resource",
    "application-autoscaling:DescribeScalableTargets": "reading knows no resource",
    "application-autoscaling:DescribeScalingPolicies": "reading knows no resource",
    "application-autoscaling:DescribeScheduledActions": "reading knows no resource",
    "logs:CreateLogDelivery": "delivery of a state machine's logs knows no resource",
    "logs:GetLogDelivery": "the same",
    "logs:UpdateLogDelivery": "the same",
    "logs:DeleteLogDelivery": "the same",
    "logs:ListLogDeliveries": "the same",
    "logs:PutResourcePolicy": "the same",
    "logs:DescribeResourcePolicies": "the same",
    "logs:DescribeLogGroups": "the same",
    "xray:PutTraceSegments": "traces have no ARN",
    "xray:PutTelemetryRecords": "traces have no ARN",
    "xray:GetSamplingRules": "traces have no ARN",
    "xray:GetSamplingTargets": "traces have no ARN",
}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def roles(template: TemplateOf, environment: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in KINDS:
        for name, resource in template(kind, environment=environment)["Resources"].items():
            if resource["Type"] == "AWS::IAM::Role":
                yield name, resource["Properties"]


def statements(template: TemplateOf, environment: str) -> Iterator[tuple[str, Statement]]:
    """Every statement of every role's policies, inline or attached, with the name of its owner."""
    for name, role in roles(template, environment):
        for policy in role.get("Policies", []):
            yield from ((name, one) for one in listed(policy["PolicyDocument"]["Statement"]))
    for kind in KINDS:
        for name, resource in template(kind, environment=environment)["Resources"].items():
            if resource["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
                document = resource["Properties"]["PolicyDocument"]
                yield from ((name, one) for one in listed(document["Statement"]))


@pytest.fixture(scope="session")
def granted(template: TemplateOf, environment: str) -> list[tuple[str, Statement]]:
    found = list(statements(template, environment))
    assert len(found) > 20, "the scan finds the statements"
    return found


def test_no_statement_reaches_every_resource_but_for_actions_that_know_none(
    granted: list[tuple[str, Statement]],
) -> None:
    for owner, statement in granted:
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= set(WITHOUT_RESOURCE), owner


def test_every_reason_is_still_needed(template: TemplateOf) -> None:
    used = {
        action
        for environment in ("dev", "prod")
        for _, statement in statements(template, environment)
        if "*" in listed(statement["Resource"])
        for action in listed(statement["Action"])
    }
    assert used == set(WITHOUT_RESOURCE)


def test_no_action_is_a_pattern(granted: list[tuple[str, Statement]]) -> None:
    for owner, statement in granted:
        assert statement["Effect"] == "Allow"
        assert not [action for action in listed(statement["Action"]) if "*" in action], owner


def test_no_role_has_a_policy_of_awss(template: TemplateOf, environment: str) -> None:
    assert not [name for name, role in roles(template, environment) if role.get("ManagedPolicyArns")]


def test_a_role_is_passed_only_alone_and_to_one_service(granted: list[tuple[str, Statement]]) -> None:
    passing = [one for _, one in granted if "iam:PassRole" in listed(one["Action"])]
    assert len(passing) == 4
    for statement in passing:
        assert listed(statement["Action"]) == ["iam:PassRole"]
        (role,) = listed(statement["Resource"])
        assert "Fn::GetAtt" in role
        (service,) = statement["Condition"]["StringEquals"].values()
        assert list(statement["Condition"]["StringEquals"]) == ["iam:PassedToService"]
        assert service in {"sagemaker.amazonaws.com", "cloudformation.amazonaws.com"}


def test_every_role_is_taken_by_one_service(template: TemplateOf, environment: str) -> None:
    for name, role in roles(template, environment):
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert list(trust["Principal"]) == ["Service"], name
        assert isinstance(trust["Principal"]["Service"], str), name


def test_sagemaker_takes_our_roles_for_this_account_only(template: TemplateOf, environment: str) -> None:
    trusts = [role["AssumeRolePolicyDocument"]["Statement"][0] for _, role in roles(template, environment)]
    ours = [one for one in trusts if one["Principal"]["Service"] == "sagemaker.amazonaws.com"]
    assert len(ours) == 3
    for trust in ours:
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_every_function_has_a_role_of_its_own(template: TemplateOf, environment: str) -> None:
    resources = template("Training", environment=environment)["Resources"].values()
    taken = [str(one["Properties"]["Role"]) for one in resources if one["Type"] == "AWS::Lambda::Function"]
    assert len(taken) == len(set(taken)) == 5


def test_metrics_are_confined_to_sagemakers_namespaces_and_ours(granted: list[tuple[str, Statement]]) -> None:
    publishing = [one for _, one in granted if "cloudwatch:PutMetricData" in listed(one["Action"])]
    assert len(publishing) == 4
    for statement in publishing:
        namespaces = statement["Condition"]["StringEquals"]["cloudwatch:namespace"]
        assert set(namespaces) <= {
            "/aws/sagemaker/TrainingJobs",
            "/aws/sagemaker/TransformJobs",
            "/aws/sagemaker/Endpoints",
            "AWS/SageMaker",
            "SageMakerLDA",
        }
