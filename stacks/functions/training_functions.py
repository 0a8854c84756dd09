"""The Lambda functions of training: their environment variables and permissions."""

import json
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from stacks.common.resource_names import METRIC_NAMESPACE, generated_names
from stacks.config.settings import Settings
from stacks.functions.function_spec import FunctionSpec
from stacks.iam.policy_statements import (
    describe_stack,
    describe_training_jobs,
    get_objects,
    list_objects,
    put_metrics,
    put_objects,
)


def inspect_dataset(
    stack: Stack, settings: Settings, bucket: s3.IBucket, serving_stack_name: str
) -> FunctionSpec:
    """Specify the function that checks the input and the dataset of an execution."""
    return FunctionSpec(
        folder="inspect_dataset",
        description="Checks an execution's input and dataset before any money is spent",
        timeout=Duration.minutes(5),  # a request per thousand objects, and two per object that is inspected
        memory_mb=1769,  # one whole processor, by AWS's documentation of Lambda's memory
        environment={
            "DATA_BUCKET": bucket.bucket_name,
            "JOB_PREFIX": settings.prefix,
            "INPUT_DEFAULTS": json.dumps(_input_defaults(settings)),
            "TRAINING": json.dumps(_training(settings)),
            "ENDPOINT": json.dumps(_instances(settings, "endpoint")),
            "ENDPOINT_NAME": settings.prefix,
            "SERVING_STACK": serving_stack_name,
        },
        statements=[
            describe_training_jobs(stack, settings),
            describe_stack(stack, serving_stack_name),
            # It shows whether a promotion replaces instances or starts the first ones.
            iam.PolicyStatement(
                actions=["sagemaker:DescribeEndpoint"],
                resources=[_sagemaker_arn(stack, "endpoint", settings.prefix)],
            ),
            # The action supports no resource.
            iam.PolicyStatement(actions=["servicequotas:ListServiceQuotas"], resources=["*"]),
            list_objects(bucket, "datasets/", "models/"),
            get_objects(bucket, "datasets/*"),
        ],
    )


def _input_defaults(settings: Settings) -> dict[str, Any]:
    """Return the defaults of the fields of an execution's input."""
    names = ("dataset", "num_topics", "alpha0", "max_restarts", "max_iterations", "tol", "minimum_pwll")
    return {
        **{name: getattr(settings, name) for name in names},
        "promote": True,
        "require_promotion": False,
    }


def _training(settings: Settings) -> dict[str, Any]:
    """Return the properties of training jobs that are checked and reported before a job starts."""
    return {
        **_instances(settings, "training"),
        "max_runtime_seconds": settings.training_max_runtime_seconds,
        "jobs_at_once": settings.training_jobs_at_once,
        "price_per_instance_hour": settings.training_price_per_instance_hour,
        "algorithm": settings.algorithm,
    }


def _instances(settings: Settings, usage: str) -> dict[str, Any]:
    return {name: getattr(settings, f"{usage}_{name}") for name in ("instance_type", "instance_count")}


def evaluate_model(
    stack: Stack, settings: Settings, bucket: s3.IBucket, serving_stack_name: str
) -> FunctionSpec:
    """Specify the function that decides whether a trained model is promoted."""
    return FunctionSpec(
        folder="evaluate_model",
        description="Compares trained models with the one that serves",
        timeout=Duration.minutes(15),  # Lambda's maximum, for sweeps of large models
        memory_mb=1769,  # one whole processor, by AWS's documentation of Lambda's memory
        environment={
            "DATA_BUCKET": bucket.bucket_name,
            "SERVING_STACK": serving_stack_name,
            "PWLL_TOLERANCE": str(settings.pwll_tolerance),
            "WHEN_NOT_COMPARABLE": settings.when_not_comparable,
            "METRIC_NAMESPACE": METRIC_NAMESPACE,
            "DEPLOYMENT": settings.prefix,
        },
        statements=[
            describe_training_jobs(stack, settings),
            describe_stack(stack, serving_stack_name),
            get_objects(
                bucket,
                "models/*",
                "evaluations/*",
                "datasets/*/vocabulary.txt",
                "datasets/*/preparation.json",
                "datasets/*/train/*",
                "datasets/*/test/*",
            ),
            put_objects(bucket, "evaluations/*"),
            list_objects(bucket, "evaluations/", "datasets/", "models/"),
            put_metrics(METRIC_NAMESPACE),
        ],
    )


def smoke_test(stack: Stack, settings: Settings) -> FunctionSpec:
    """Specify the function that tests the endpoint after a promotion."""

    def arns(resource: str, kind: str) -> list[str]:
        return [_sagemaker_arn(stack, resource, name) for name in generated_names(settings, kind)]

    return FunctionSpec(
        folder="smoke_test",
        description="Asks the endpoint for one document's topics",
        timeout=Duration.minutes(2),  # SageMaker gives an invocation 60 seconds
        memory_mb=256,
        environment={"ENDPOINT_NAME": settings.prefix},
        statements=[
            iam.PolicyStatement(
                actions=["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
                resources=[_sagemaker_arn(stack, "endpoint", settings.prefix)],
            ),
            iam.PolicyStatement(
                actions=["sagemaker:DescribeEndpointConfig"], resources=arns("endpoint-config", "Config")
            ),
            iam.PolicyStatement(actions=["sagemaker:DescribeModel"], resources=arns("model", "Model")),
        ],
    )


def _sagemaker_arn(stack: Stack, resource: str, name: str) -> str:
    return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)
