"""Least privilege: without any one action of a deployed role, an execution fails with access denied."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.end_to_end.helpers.deployment import Deployment, Outcome
from tests.end_to_end.helpers.grants import (
    BULK_SCORING_ROLES,
    DELIVERY,
    FUNCTION_LOG,
    TRACING,
    Grant,
    deployed_grants,
    is_access_denied,
    removed,
)

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(1800)]

ROLLBACK = "needed to roll back a first promotion, or to return to a stack without a model"
READ_BACK = "CloudFormation reads the resources that it created; the local AWS does not"

# Actions that these executions do not show to be needed: (beginning of the role's name, action) -> reason.
EXCEPTIONS = {
    ("DevStorage-CustomS3AutoDelete", "logs:CreateLogStream"): FUNCTION_LOG,
    ("DevStorage-CustomS3AutoDelete", "logs:PutLogEvents"): FUNCTION_LOG,
    ("DevTraining-Functions", "logs:CreateLogStream"): FUNCTION_LOG,
    ("DevTraining-Functions", "logs:PutLogEvents"): FUNCTION_LOG,
    (
        "DevTraining-FunctionsInspectDataset",
        "servicequotas:ListServiceQuotas",
    ): "an execution that cannot read the quotas reports that and continues",
    (
        "DevTraining-FunctionsEvaluateModel",
        "cloudwatch:PutMetricData",
    ): "a model is evaluated without its metric, and the message reports that",
    (
        "DevTraining-RolesHosting",
        "s3:ListBucket",
    ): "AWS documents it for CreateModel; the local AWS does not require it",
    (
        "DevTraining-RolesHosting",
        "cloudwatch:DescribeAlarms",
    ): "AWS documents it for automatic rollbacks; the local AWS checks the role of the deployment",
    ("DevTraining-HostingDeploy", "sagemaker:DescribeModel"): READ_BACK,
    ("DevTraining-HostingDeploy", "sagemaker:ListTags"): READ_BACK,
    ("DevTraining-HostingDeploy", "sagemaker:DescribeEndpointConfig"): READ_BACK,
    ("DevTraining-HostingDeploy", "sagemaker:DeleteEndpoint"): ROLLBACK,
    (
        "DevTraining-Workflow",
        "cloudformation:DescribeStackEvents",
    ): "only a failed promotion reads the reason",
    ("DevTraining-Workflow", "sns:Publish"): "an execution that cannot notify ends with the same result",
    **{
        (role, f"kms:{action}"): "an execution that cannot notify ends with the same result"
        for role in ("DevTraining-Workflow", "DevTraining-Notifications")
        for action in ("Decrypt", "GenerateDataKey")
    },
    (
        "DevTraining-Notifications",
        "sns:Publish",
    ): "only the rule for aborted and timed-out executions publishes",
    (
        "DevTraining-Workflow",
        "sagemaker:ListTags",
    ): "AWS documents it for .sync; the local AWS does not require it",
    ("DevTraining-Workflow", "sagemaker:StopTrainingJob"): "only an aborted execution stops its job",
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


# Beginnings of the names of roles that only one kind of execution uses; both kinds use all others.
TRAINING_ROLES = ("DevTraining-RolesTraining",)
PROMOTION_ROLES = (
    *("DevTraining-RolesHosting", "DevTraining-HostingDeploy", "DevTraining-FunctionsSmokeTest"),
)


class GrantRemoval:
    """Runs executions while one grant is removed."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.iam = deployment.local_aws.client("iam")
        trained = [self.train() for _ in range(2)]
        self.models = [outcome.require_success().output["training_job"] for outcome in trained]

    def is_required(self, grant: Grant) -> bool:
        """Whether an execution without the grant is denied access, or leaves resources behind."""
        if grant.action == "sagemaker:CreateEndpoint":
            self.remove_the_endpoint()
        with removed(self.iam, grant):
            denied = any(is_access_denied(run()) for run in self.runs(grant))
            required = denied or self.remove_unused_resources()
        if grant.action == "sagemaker:CreateEndpoint":
            self.promote().require_success()
        return required

    def runs(self, grant: Grant) -> list[Callable[[], Outcome]]:
        """The kinds of execution that use the role of the grant, the shorter one first."""
        if grant.role.startswith(TRAINING_ROLES):
            return [self.train]
        return [self.promote] if grant.role.startswith(PROMOTION_ROLES) else [self.train, self.promote]

    def train(self) -> Outcome:
        return self.deployment.run(dataset="small", num_topics=5, promote=False)

    def promote(self) -> Outcome:
        """Promote the model that is not serving."""
        serving = self.deployment.model_data_url()
        candidate = next(model for model in self.models if model not in serving)
        return self.deployment.run(promote_training_job=candidate)

    def remove_the_endpoint(self) -> None:
        cloudformation = self.deployment.local_aws.client("cloudformation")
        parameters = [
            {"ParameterKey": "ModelDataUrl", "ParameterValue": ""},
            {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
        ]
        cloudformation.update_stack(StackName="DevServing", UsePreviousTemplate=True, Parameters=parameters)
        cloudformation.get_waiter("stack_update_complete").wait(
            StackName="DevServing", WaiterConfig={"Delay": 1}
        )

    def remove_unused_resources(self) -> bool:
        """Delete unused models and endpoint configurations; return whether there were any."""
        sagemaker = self.deployment.local_aws.client("sagemaker")
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


@pytest.fixture
def grant_removal(deployment: Deployment, small_splits: tuple[Any, Any]) -> GrantRemoval:
    deployment.upload("small", *small_splits)
    grant_removal = GrantRemoval(deployment)
    grant_removal.promote().require_success()
    return grant_removal


def test_an_execution_is_denied_access_without_any_one_action(
    deployment: Deployment, grant_removal: GrantRemoval
) -> None:
    checked = [g for g in deployed_grants(deployment) if g.exception(EXCEPTIONS) is None]
    checked = [grant for grant in checked if not grant.role.startswith(BULK_SCORING_ROLES)]
    assert len(checked) > 30
    assert [grant for grant in checked if not grant_removal.is_required(grant)] == []


def test_each_exception_names_a_granted_action(deployment: Deployment) -> None:
    assert {grant.exception(EXCEPTIONS) for grant in deployed_grants(deployment)} - {None} == set(EXCEPTIONS)
