"""Time limits, arguments of calls, permissions and the clean-up rule of the bulk scoring state machine."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.templates import TemplateOf, deployed_definition, listed, of_type, text
from tests.stacks.workflows.call_arguments import invalid_arguments
from tests.stacks.workflows.interpreter import evaluate

LOCATION = "us-east-1:<AWS::AccountId>"
JOBS = f"arn:aws:sagemaker:{LOCATION}:transform-job/lda-dev-transform-*"
MODELS = f"arn:aws:sagemaker:{LOCATION}:model/lda-dev-transform-*"
RULE = f"arn:aws:events:{LOCATION}:rule/StepFunctionsGetEventsForSageMakerTransformJobsRule"
CONFINED = {
    *((f"sagemaker:{verb}TransformJob", JOBS) for verb in ("Create", "Describe", "Stop")),
    *((f"sagemaker:{verb}Tags", JOBS) for verb in ("Add", "List")),
    *((f"sagemaker:{action}", MODELS) for action in ("CreateModel", "DeleteModel", "AddTags")),
    *((f"events:{action}", RULE) for action in ("DescribeRule", "PutRule", "PutTargets")),
}
OWN_RESOURCES = {
    "lambda:InvokeFunction": "<Functions",
    "sns:Publish": "<NotificationsTopic",
    "kms:Decrypt": "<NotificationsKey",
    "kms:GenerateDataKey": "<NotificationsKey",
    "iam:PassRole": "<RolesTransform",
}
FORMATS = {
    "application/x-recordio-protobuf": "RecordIO",
    "text/csv": "Line",
    "application/jsonlines": "Line",
}


def test_every_task_has_a_time_limit_and_catches_every_error(states: dict[str, Any]) -> None:
    tasks = [state for state in states.values() if state["Type"] == "Task"]
    assert all(state["Catch"][-1]["ErrorEquals"] == ["States.ALL"] for state in tasks)
    assert all(evaluate(state["TimeoutSeconds"]) > 0 for state in tasks)


def test_the_state_machine_is_logged_traced_and_has_a_time_limit(
    machine_of: Callable[..., Any], states: dict[str, Any]
) -> None:
    machine = machine_of()
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", True)
    assert machine["TracingConfiguration"] == {"Enabled": True}
    definition = json.loads(deployed_definition(machine))
    assert definition["QueryLanguage"] == "JSONata"
    assert definition["TimeoutSeconds"] > 3 * evaluate(states["Transform"]["TimeoutSeconds"])


@pytest.mark.parametrize("content_type", FORMATS)
@pytest.mark.parametrize("settings", [{}, {"kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/abc"}])
def test_every_call_has_valid_arguments(
    inspected: dict[str, Any],
    run: Callable[..., Any],
    content_type: str,
    settings: dict[str, object],
) -> None:
    result = {**inspected, "content_type": content_type, "split_type": FORMATS[content_type]}
    ended = run(InspectTransform=result, settings=settings)
    for call, service, operation in (
        ("createModel", "sagemaker", "CreateModel"),
        ("createTransformJob.sync", "sagemaker", "CreateTransformJob"),
        ("deleteModel", "sagemaker", "DeleteModel"),
        ("publish", "sns", "Publish"),
    ):
        (arguments,) = ended.of(call)
        assert invalid_arguments(service, operation, arguments) == []


def test_a_job_reads_records_and_writes_lines(run: Callable[..., Any]) -> None:
    (job,) = run().of("createTransformJob.sync")
    assert job["TransformInput"] == {
        "ContentType": "application/x-recordio-protobuf",
        "SplitType": "RecordIO",
        "DataSource": {
            "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/datasets/griffiths/test/"}
        },
    }
    assert job["TransformOutput"]["Accept"] == "application/jsonlines"
    assert job["TransformOutput"]["AssembleWith"] == "Line"
    assert job["TransformOutput"]["S3OutputPath"].endswith("/transforms/lda-dev-transform-0123abcd-0")
    assert job["TransformResources"] == {"InstanceType": "ml.c4.xlarge", "InstanceCount": 1}
    assert job["BatchStrategy"] == "MultiRecord"


def test_a_job_and_its_model_have_tags_of_their_deployment_and_origin(
    inspected: dict[str, Any], run: Callable[..., Any]
) -> None:
    ended = run(InspectTransform={**inspected, "started_by": "Ann"})
    for call in ("createModel", "createTransformJob.sync"):
        (arguments,) = ended.of(call)
        assert {tag["Key"]: tag["Value"] for tag in arguments["Tags"]} == {
            "project": "lda",
            "environment": "dev",
            "training_job": "lda-dev-run-0123abcd-0",
            "execution": "run",
            "started_by": "Ann",
        }


def test_the_settings_choose_image_instances_and_key(run: Callable[..., Any]) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/abc"
    ended = run(
        settings={
            "algorithm": "open",
            "kms_key_arn": key,
            "transform_instance_type": "ml.m5.large",
            "transform_instance_count": "3",
        }
    )
    (model,), (job,) = ended.of("createModel"), ended.of("createTransformJob.sync")
    assert "/spectral-lda:1" in model["PrimaryContainer"]["Image"]
    assert job["TransformResources"] == {"InstanceType": "ml.m5.large", "InstanceCount": 3}
    assert job["TransformOutput"]["KmsKeyId"] == key


@pytest.fixture
def granted(template: TemplateOf) -> set[tuple[str, str]]:
    """Return the actions of the role and their resources, without actions that know no resource."""
    training = template("Training")
    (role,) = [
        name for name in of_type(training, "AWS::IAM::Role") if name.startswith("TransformMachineRole")
    ]
    policies = [policy["Properties"] for policy in of_type(training, "AWS::IAM::Policy").values()]
    return {
        (action, text(resource))
        for policy in policies
        if {"Ref": role} in policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if resource != "*"
    }


def test_the_role_has_exactly_these_permissions(granted: set[tuple[str, str]]) -> None:
    assert {(action, resource) for action, resource in granted if action not in OWN_RESOURCES} == CONFINED


@pytest.mark.parametrize("action", OWN_RESOURCES)
def test_the_role_reaches_only_resources_of_its_own_stack(granted: set[tuple[str, str]], action: str) -> None:
    resources = [resource for granted_action, resource in granted if granted_action == action]
    assert resources
    assert all(resource.startswith(OWN_RESOURCES[action]) for resource in resources)


def test_a_rule_cleans_up_after_aborted_and_timed_out_executions(template: TemplateOf) -> None:
    rules = of_type(template("Training"), "AWS::Events::Rule")
    (rule,) = [rule["Properties"] for name, rule in rules.items() if name.startswith("TransformCleanUp")]
    assert rule["EventPattern"]["detail"] == {
        "stateMachineArn": [{"Ref": "LdaDevMachineOfTransforms"}],
        "status": ["ABORTED", "TIMED_OUT"],
    }
    (target,) = rule["Targets"]
    assert target["Arn"]["Fn::GetAtt"][0].startswith("FunctionsDeleteModel")
