"""The deployed Lambda functions, and the permissions of their roles."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.stacks.templates import DATA_BUCKET_ARN, TemplateOf, listed, of_type, text

Allowed = set[tuple[str, str]]
LOCATION = "us-east-1:<AWS::AccountId>"
NAMES = ("InspectDataset", "EvaluateModel", "SmokeTest", "InspectTransform", "DeleteModel")
OWN_LOGS = {("logs:CreateLogStream", "<own logs>"), ("logs:PutLogEvents", "<own logs>")}


def resource(template: dict[str, Any], type_: str, prefix: str) -> tuple[str, Any]:
    """Return the resource of a type whose logical id is the shortest one with the prefix."""
    resources = of_type(template, type_)
    logical_id = min((name for name in resources if name.startswith(prefix)), key=len)
    return logical_id, resources[logical_id]


def function(template: dict[str, Any], name: str) -> Any:
    return resource(template, "AWS::Lambda::Function", f"Functions{name}")[1]["Properties"]


@pytest.fixture
def allowed(template: TemplateOf) -> Callable[..., Allowed]:
    """Return a function from the name of a Lambda function to the actions and resources of its role."""

    def load(name: str) -> Allowed:
        training = template("Training")
        role = resource(training, "AWS::IAM::Role", f"Functions{name}Role")[1]["Properties"]
        logs, _ = resource(training, "AWS::Logs::LogGroup", f"Functions{name}Logs")
        (policy,) = role["Policies"]
        return {
            (action, text(arn).replace(f"<{logs}>", "<own logs>"))
            for statement in policy["PolicyDocument"]["Statement"]
            for action in listed(statement["Action"])
            for arn in listed(statement["Resource"])
        }

    return load


def test_inspect_dataset_reads_datasets_jobs_the_endpoint_and_quotas_only(
    allowed: Callable[..., Allowed],
) -> None:
    assert allowed("InspectDataset") == OWN_LOGS | {
        ("sagemaker:DescribeTrainingJob", f"arn:aws:sagemaker:{LOCATION}:training-job/lda-dev-*"),
        ("sagemaker:DescribeEndpoint", f"arn:aws:sagemaker:{LOCATION}:endpoint/lda-dev"),
        ("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{LOCATION}:stack/DevServing/*"),
        ("servicequotas:ListServiceQuotas", "*"),
        ("s3:ListBucket", DATA_BUCKET_ARN),
        ("s3:GetObject", f"{DATA_BUCKET_ARN}/datasets/*"),
    }


def test_evaluate_model_reads_jobs_models_and_the_stack_and_writes_evaluations(
    allowed: Callable[..., Allowed],
) -> None:
    assert allowed("EvaluateModel") == OWN_LOGS | {
        ("sagemaker:DescribeTrainingJob", f"arn:aws:sagemaker:{LOCATION}:training-job/lda-dev-*"),
        ("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{LOCATION}:stack/DevServing/*"),
        ("s3:ListBucket", DATA_BUCKET_ARN),
        ("s3:GetObject", f"{DATA_BUCKET_ARN}/models/*"),
        ("s3:GetObject", f"{DATA_BUCKET_ARN}/evaluations/*"),
        ("s3:GetObject", f"{DATA_BUCKET_ARN}/datasets/*/vocabulary.txt"),
        ("s3:GetObject", f"{DATA_BUCKET_ARN}/datasets/*/preparation.json"),
        ("s3:GetObject", f"{DATA_BUCKET_ARN}/datasets/*/train/*"),
        ("s3:GetObject", f"{DATA_BUCKET_ARN}/datasets/*/test/*"),
        ("s3:PutObject", f"{DATA_BUCKET_ARN}/evaluations/*"),
        ("cloudwatch:PutMetricData", "*"),
    }


def test_evaluate_model_has_the_setting_when_not_comparable_and_the_metrics_dimension(
    template: TemplateOf,
) -> None:
    training = template("Training", when_not_comparable="hold")
    variables = function(training, "EvaluateModel")["Environment"]["Variables"]
    assert variables["WHEN_NOT_COMPARABLE"] == "hold"
    assert (variables["METRIC_NAMESPACE"], variables["DEPLOYMENT"]) == ("SageMakerLDA", "lda-dev")


def test_smoke_test_is_confined_to_the_deployments_endpoint_config_and_model(
    allowed: Callable[..., Allowed],
) -> None:
    granted = allowed("SmokeTest") - OWN_LOGS
    endpoint = f"arn:aws:sagemaker:{LOCATION}:endpoint/lda-dev"
    assert {(action, arn) for action, arn in granted if arn == endpoint} == {
        ("sagemaker:DescribeEndpoint", endpoint),
        ("sagemaker:InvokeEndpoint", endpoint),
    }
    generated = {(action, arn) for action, arn in granted if arn != endpoint}
    assert {action for action, _ in generated} == {
        "sagemaker:DescribeEndpointConfig",
        "sagemaker:DescribeModel",
    }
    assert all("ldadev" in arn.lower() for _, arn in generated)


def test_inspect_transform_reads_datasets_jobs_and_the_stack(
    allowed: Callable[..., Allowed],
) -> None:
    assert allowed("InspectTransform") == OWN_LOGS | {
        ("s3:ListBucket", DATA_BUCKET_ARN),
        ("s3:GetObject", f"{DATA_BUCKET_ARN}/datasets/*"),
        ("sagemaker:DescribeTrainingJob", f"arn:aws:sagemaker:{LOCATION}:training-job/lda-dev-*"),
        ("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{LOCATION}:stack/DevServing/*"),
    }


def test_delete_model_is_confined_to_the_deployments_bulk_scoring(allowed: Callable[..., Allowed]) -> None:
    assert allowed("DeleteModel") == OWN_LOGS | {
        (
            "sagemaker:StopTransformJob",
            f"arn:aws:sagemaker:{LOCATION}:transform-job/lda-dev-transform-*",
        ),
        ("sagemaker:DeleteModel", f"arn:aws:sagemaker:{LOCATION}:model/lda-dev-transform-*"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_function_is_bounded_and_logs_to_its_own_group(template: TemplateOf, name: str) -> None:
    training = template("Training")
    properties = function(training, name)
    assert properties["Runtime"] == "python3.14"
    assert properties["Architectures"] == ["arm64"]
    assert 30 <= properties["Timeout"] <= 900
    assert properties["MemorySize"] >= 256
    logs, group = resource(training, "AWS::Logs::LogGroup", f"Functions{name}Logs")
    assert properties["LoggingConfig"] == {"LogGroup": {"Ref": logs}}
    assert group["Properties"]["RetentionInDays"] == 30
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_the_timeout_of_a_task_exceeds_the_timeout_of_its_function(template: TemplateOf) -> None:
    training = template("Training")
    machines = [
        training["Resources"][name]["Properties"] for name in ("LdaDevMachine", "LdaDevMachineOfTransforms")
    ]
    definitions = [json.loads(text(machine["DefinitionString"])) for machine in machines]
    states = {name: state for definition in definitions for name, state in definition["States"].items()}
    for name in NAMES[:-1]:  # the last one is invoked by a rule
        assert states[name]["TimeoutSeconds"] > function(training, name)["Timeout"]


def test_the_defaults_of_an_executions_input_are_the_settings(template: TemplateOf) -> None:
    settings = {"dataset": "nips", "num_topics": "20", "alpha0": "0.5", "minimum_pwll": "-9.5"}
    variables = function(template("Training", **settings), "InspectDataset")["Environment"]["Variables"]
    assert variables["JOB_PREFIX"] == "lda-dev"
    assert json.loads(variables["INPUT_DEFAULTS"]) == {
        "dataset": "nips",
        "num_topics": 20,
        "alpha0": 0.5,
        "max_restarts": 10,
        "max_iterations": 1000,
        "tol": 1e-8,
        "minimum_pwll": -9.5,
        "promote": True,
        "require_promotion": False,
    }


def test_inspect_dataset_has_the_instances_of_training_and_endpoint(template: TemplateOf) -> None:
    settings = {"training_price_per_instance_hour": "0.5", "training_jobs_at_once": "3"}
    variables = function(template("Training", **settings), "InspectDataset")["Environment"]["Variables"]
    assert json.loads(variables["TRAINING"]) == {
        "instance_type": "ml.c4.2xlarge",
        "instance_count": 1,
        "max_runtime_seconds": 3600,
        "jobs_at_once": 3,
        "price_per_instance_hour": 0.5,
        "algorithm": "built-in",
    }
    assert json.loads(variables["ENDPOINT"]) == {"instance_type": "ml.c4.xlarge", "instance_count": 1}
    assert variables["ENDPOINT_NAME"] == "lda-dev"


def test_one_asset_has_the_source_of_all_functions_and_no_caches(assembly: Callable[..., Path]) -> None:
    assets = [folder for folder in assembly().glob("asset.*") if (folder / "common").is_dir()]
    source = Path(__file__).parents[3] / "lambda"
    assert len(assets) == 1
    packed = {path.relative_to(assets[0]) for path in assets[0].rglob("*") if path.is_file()}
    assert packed == {path.relative_to(source) for path in source.rglob("*.py")}


@pytest.mark.parametrize("name", NAMES)
def test_the_handler_of_each_function_is_a_module_of_the_asset(template: TemplateOf, name: str) -> None:
    package, module, handler = function(template("Training"), name)["Handler"].split(".")
    assert package.replace("_", "") == name.lower()
    assert (Path(__file__).parents[3] / "lambda" / package / f"{module}.py").is_file()
    assert handler == "handler"
