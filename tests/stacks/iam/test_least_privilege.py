"""Wildcards in the policies of all stacks: each has its reason."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stacks.templates import TemplateOf, listed, of_type, properties_of

Statement = dict[str, Any]
KINDS = ("Storage", "Training", "Serving")

# Actions that support no resource -> what confines them instead.
WITHOUT_RESOURCE = {
    "ecr:GetAuthorizationToken": "a token is for the registry; the images that it may pull are confined",
    "cloudwatch:PutMetricData": "metrics have no ARN; the condition confines the namespace",
    "servicequotas:ListServiceQuotas": "listing quotas supports no resource",
    "application-autoscaling:DescribeScalableTargets": "reading supports no resource",
    "application-autoscaling:DescribeScalingPolicies": "reading supports no resource",
    "application-autoscaling:DescribeScheduledActions": "reading supports no resource",
    "logs:CreateLogDelivery": "delivery of a state machine's logs supports no resource",
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


def roles(template: TemplateOf, environment: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in KINDS:
        for name, resource in of_type(template(kind, environment=environment), "AWS::IAM::Role").items():
            yield name, resource["Properties"]


def statements(template: TemplateOf, environment: str) -> Iterator[tuple[str, Statement]]:
    """Every statement of every role's policies, inline or attached, with the name of its owner."""
    for name, role in roles(template, environment):
        for policy in role.get("Policies", []):
            yield from ((name, statement) for statement in listed(policy["PolicyDocument"]["Statement"]))
    for kind in KINDS:
        for name, resource in template(kind, environment=environment)["Resources"].items():
            if resource["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
                document = resource["Properties"]["PolicyDocument"]
                yield from ((name, statement) for statement in listed(document["Statement"]))


@pytest.fixture(scope="session")
def granted(template: TemplateOf, environment: str) -> list[tuple[str, Statement]]:
    granted = list(statements(template, environment))
    assert len(granted) > 20, "the scan finds the statements"
    return granted


def test_only_actions_that_support_no_resource_are_allowed_on_every_resource(
    granted: list[tuple[str, Statement]],
) -> None:
    for owner, statement in granted:
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= set(WITHOUT_RESOURCE), owner


def test_every_listed_action_is_used(template: TemplateOf) -> None:
    used = {
        action
        for environment in ("dev", "prod")
        for _, statement in statements(template, environment)
        if "*" in listed(statement["Resource"])
        for action in listed(statement["Action"])
    }
    assert used == set(WITHOUT_RESOURCE)


def test_no_action_has_a_wildcard(granted: list[tuple[str, Statement]]) -> None:
    for owner, statement in granted:
        assert statement["Effect"] == "Allow"
        assert not [action for action in listed(statement["Action"]) if "*" in action], owner


def test_no_role_has_a_managed_policy(template: TemplateOf, environment: str) -> None:
    assert not [name for name, role in roles(template, environment) if role.get("ManagedPolicyArns")]


def test_a_statement_passes_one_role_to_one_service(granted: list[tuple[str, Statement]]) -> None:
    passing = [statement for _, statement in granted if "iam:PassRole" in listed(statement["Action"])]
    assert len(passing) == 4
    for statement in passing:
        assert listed(statement["Action"]) == ["iam:PassRole"]
        (role,) = listed(statement["Resource"])
        assert "Fn::GetAtt" in role
        (service,) = statement["Condition"]["StringEquals"].values()
        assert list(statement["Condition"]["StringEquals"]) == ["iam:PassedToService"]
        assert service in {"sagemaker.amazonaws.com", "cloudformation.amazonaws.com"}


def test_every_role_is_assumed_by_one_service(template: TemplateOf, environment: str) -> None:
    for name, role in roles(template, environment):
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert list(trust["Principal"]) == ["Service"], name
        assert isinstance(trust["Principal"]["Service"], str), name


def test_sagemaker_assumes_roles_for_this_account_only(template: TemplateOf, environment: str) -> None:
    trusts = [role["AssumeRolePolicyDocument"]["Statement"][0] for _, role in roles(template, environment)]
    of_sagemaker = [trust for trust in trusts if trust["Principal"]["Service"] == "sagemaker.amazonaws.com"]
    assert len(of_sagemaker) == 3
    for trust in of_sagemaker:
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_every_function_has_its_own_role(template: TemplateOf, environment: str) -> None:
    functions = properties_of(template("Training", environment=environment), "AWS::Lambda::Function")
    assert len(functions) == len({str(properties["Role"]) for properties in functions}) == 5


def test_metrics_are_confined_to_namespaces_of_sagemaker_and_this_project(
    granted: list[tuple[str, Statement]],
) -> None:
    publishing = [
        statement for _, statement in granted if "cloudwatch:PutMetricData" in listed(statement["Action"])
    ]
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
