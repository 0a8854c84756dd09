"""Every action of every deployed role is needed: taken away, the run fails with an access-denied sentence."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.end_to_end.machine import Outcome, Project

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(1800)]

DELIVERY = "asked for when a machine with a log is made or changed, not when it runs"
TRACING = "Step Functions traces on its own where it may; a run doesn't depend on it"
FUNCTION_LOG = "a function that may not log runs unheard"
ROLLBACK = "taken when a first promotion is rolled back, or a stack without a model is left"
READ_BACK = "CloudFormation reads back what it made; the local one knows"

# What one run from the console can't show, each with its reason: (beginning of the role's name, action).
NOT_SHOWN = {
    ("DevStorage-CustomS3AutoDelete", "logs:CreateLogStream"): FUNCTION_LOG,
    ("DevStorage-CustomS3AutoDelete", "logs:PutLogEvents"): FUNCTION_LOG,
    ("DevTraining-Functions", "logs:CreateLogStream"): FUNCTION_LOG,
    ("DevTraining-Functions", "logs:PutLogEvents"): FUNCTION_LOG,
    (
        "DevTraining-FunctionsInspectDataset",
        "servicequotas:ListServiceQuotas",
    ): "a run whose quotas can't be read says so, and goes on",
    (
        "DevTraining-FunctionsEvaluateModel",
        "cloudwatch:PutMetricData",
    ): "a model whose metric can't be put is judged all the same, and the message says so",
    (
        "DevTraining-RolesHosting",
        "s3:ListBucket",
    ): "AWS documents it for CreateModel; the local one needs none",
    (
        "DevTraining-RolesHosting",
        "cloudwatch:DescribeAlarms",
    ): "AWS documents it for automatic rollbacks; the local one asks whoever deploys",
    ("DevTraining-HostingDeploy", "sagemaker:DescribeModel"): READ_BACK,
    ("DevTraining-HostingDeploy", "sagemaker:ListTags"): READ_BACK,
    ("DevTraining-HostingDeploy", "sagemaker:DescribeEndpointConfig"): READ_BACK,
    ("DevTraining-HostingDeploy", "sagemaker:DeleteEndpoint"): ROLLBACK,
    (
        "DevTraining-Workflow",
        "cloudformation:DescribeStackEvents",
    ): "only a promotion that fails reads its reason",
    ("DevTraining-Workflow", "sns:Publish"): "a run that can't notify ends the same",
    **{
        (role, f"kms:{action}"): "a run that can't notify ends the same"
        for role in ("DevTraining-Workflow", "DevTraining-Notifications")
        for action in ("Decrypt", "GenerateDataKey")
    },
    (
        "DevTraining-Notifications",
        "sns:Publish",
    ): "only a run that is aborted or times out is told of by a rule",
    ("DevTraining-Workflow", "sagemaker:ListTags"): "AWS documents it for .sync; the local one needs none",
    ("DevTraining-Workflow", "sagemaker:StopTrainingJob"): "only an aborted run stops its job",
    **{
        ("DevTraining-Workflow", f"logs:{action}"): DELIVERY
        for action in (
            *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery"),
            *("ListLogDeliveries", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
        )
    },
    **{
        ("DevTraining-Workflow", f"xray:{action}"): TRACING
        for action in (
            *("GetSamplingRules", "GetSamplingTargets", "PutTelemetryRecords", "PutTraceSegments"),
        )
    },
}


# The roles of the second state machine, which test_least_privilege_of_bulk_scoring.py looks at.
BULK_SCORING = tuple(
    f"DevTraining-{name}"
    for name in ("RolesTransform", "Transform", "FunctionsInspectTransform", "FunctionsDeleteModel")
)


@dataclass(frozen=True)
class Grant:
    """One action in one statement of one inline policy."""

    role: str
    policy: str
    statement: int
    action: str

    @property
    def excuse(self) -> tuple[str, str] | None:
        """The entry of NOT_SHOWN that excuses it."""
        return next((e for e in NOT_SHOWN if self.role.startswith(e[0]) and self.action == e[1]), None)


def grants(project: Project) -> list[Grant]:
    iam, cloudformation = project.machine.client("iam"), project.machine.client("cloudformation")
    return [
        Grant(resource["PhysicalResourceId"], policy, number, action)
        for stack in ("DevStorage", "DevTraining", "DevServing")
        for resource in cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::IAM::Role"
        for policy in iam.list_role_policies(RoleName=resource["PhysicalResourceId"])["PolicyNames"]
        for number, statement in enumerate(document(iam, resource["PhysicalResourceId"], policy)["Statement"])
        for action in as_list(statement["Action"])
    ]


def document(iam: Any, role: str, policy: str) -> dict[str, Any]:
    found = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    return dict(found if isinstance(found, dict) else json.loads(found))


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def without(document: dict[str, Any], grant: Grant) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    statement = changed["Statement"][grant.statement]
    kept = [action for action in as_list(statement["Action"]) if action != grant.action]
    statement["Action"] = kept or ["none:Nothing"]
    return changed


# Which of the two kinds of run need a role; the others are needed by both.
TRAINS_ONLY = ("DevTraining-RolesTraining",)
PROMOTES_ONLY = (
    *("DevTraining-RolesHosting", "DevTraining-HostingDeploy", "DevTraining-FunctionsSmokeTest"),
)


class Attempt:
    """Runs the machine while one grant is taken away, and gives it back."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.iam = project.machine.client("iam")
        trained = [self.train() for _ in range(2)]
        self.models = [outcome.succeeded().output["training_job"] for outcome in trained]

    def shows(self, grant: Grant) -> bool:
        """Whether a run misses the grant: it fails and says so, or can't clean up after itself."""
        names = {"RoleName": grant.role, "PolicyName": grant.policy}
        before = document(self.iam, grant.role, grant.policy)
        if grant.action == "sagemaker:CreateEndpoint":
            self.leave_the_endpoint_out()
        self.iam.put_role_policy(**names, PolicyDocument=json.dumps(without(before, grant)))
        shown = any(denied(run()) for run in self.runs(grant)) or self.old_ones_removed()
        self.iam.put_role_policy(**names, PolicyDocument=json.dumps(before))
        if grant.action == "sagemaker:CreateEndpoint":
            self.promote().succeeded()
        return shown

    def runs(self, grant: Grant) -> list[Callable[[], Outcome]]:
        """The kinds of run that the grant's role has a part in, the shorter one first."""
        if grant.role.startswith(TRAINS_ONLY):
            return [self.train]
        return [self.promote] if grant.role.startswith(PROMOTES_ONLY) else [self.train, self.promote]

    def train(self) -> Outcome:
        return self.project.run(dataset="small", num_topics=5, promote=False)

    def promote(self) -> Outcome:
        """Promote the model that doesn't serve."""
        serves = self.project.model_data_url()
        other = next(model for model in self.models if model not in serves)
        return self.project.run(promote_training_job=other)

    def leave_the_endpoint_out(self) -> None:
        cloudformation = self.project.machine.client("cloudformation")
        parameters = [
            {"ParameterKey": "ModelDataUrl", "ParameterValue": ""},
            {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
        ]
        cloudformation.update_stack(StackName="DevServing", UsePreviousTemplate=True, Parameters=parameters)
        cloudformation.get_waiter("stack_update_complete").wait(
            StackName="DevServing", WaiterConfig={"Delay": 1}
        )

    def old_ones_removed(self) -> bool:
        """Remove models and configs that an update left behind; say whether there were any."""
        sagemaker = self.project.machine.client("sagemaker")
        endpoints = sagemaker.list_endpoints()["Endpoints"]
        if not endpoints:
            return False
        used = sagemaker.describe_endpoint(EndpointName=endpoints[0]["EndpointName"])["EndpointConfigName"]
        variant = sagemaker.describe_endpoint_config(EndpointConfigName=used)["ProductionVariants"][0]
        configs = {c["EndpointConfigName"] for c in sagemaker.list_endpoint_configs()["EndpointConfigs"]}
        models = {m["ModelName"] for m in sagemaker.list_models()["Models"]}
        for config in configs - {used}:
            sagemaker.delete_endpoint_config(EndpointConfigName=config)
        for model in models - {variant["ModelName"]}:
            sagemaker.delete_model(ModelName=model)
        return len(configs) + len(models) > 2


def denied(outcome: Outcome) -> bool:
    said = f"{outcome.error} {outcome.cause}".lower()
    return outcome.status == "FAILED" and ("not authorized" in said or "access" in said)


@pytest.fixture
def attempt(project: Project, small: tuple[Any, Any]) -> Attempt:
    project.upload("small", *small)
    attempt = Attempt(project)
    attempt.promote().succeeded()
    return attempt


def test_each_action_taken_away_is_missed(project: Project, attempt: Attempt) -> None:
    asked = [grant for grant in grants(project) if grant.excuse is None]
    asked = [grant for grant in asked if not grant.role.startswith(BULK_SCORING)]
    assert len(asked) > 30
    assert [grant for grant in asked if not attempt.shows(grant)] == []


def test_each_excuse_is_for_an_action_that_is_granted(project: Project) -> None:
    assert {grant.excuse for grant in grants(project)} - {None} == set(NOT_SHOWN)
