"""The Lambda functions of bulk scoring: their environment variables and permissions."""

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from stacks.config.settings import Settings
from stacks.functions.function_spec import FunctionSpec
from stacks.iam.policy_statements import describe_stack, describe_training_jobs, get_objects, list_objects

# The maximum number of transform jobs of an execution; the state machine has the same number.
MAX_ATTEMPTS: Final = 3


def inspect_transform(
    stack: Stack, settings: Settings, bucket: s3.IBucket, serving_stack_name: str
) -> FunctionSpec:
    """Specify the function that checks the input of an execution."""
    return FunctionSpec(
        folder="inspect_transform",
        description="Checks what is to be scored, and by which model, before any money is spent",
        timeout=Duration.minutes(5),  # a request per thousand objects, and some for first documents
        memory_mb=1024,
        environment={
            "DATA_BUCKET": bucket.bucket_name,
            "JOB_PREFIX": settings.prefix,
            "SERVING_STACK": serving_stack_name,
            "ALGORITHM": settings.algorithm,
            "DATASET": settings.dataset,
        },
        statements=[
            list_objects(bucket, "datasets/", "evaluations/", "models/"),
            get_objects(bucket, "datasets/*"),
            describe_training_jobs(stack, settings),
            describe_stack(stack, serving_stack_name),
        ],
    )


def delete_model(stack: Stack, settings: Settings) -> FunctionSpec:
    """Specify the function that cleans up after an execution that was aborted or timed out."""

    def arn(resource: str) -> str:
        return stack.format_arn(
            service="sagemaker", resource=resource, resource_name=f"{settings.prefix}-transform-*"
        )

    return FunctionSpec(
        folder="delete_model",
        description="Deletes the model of an aborted bulk scoring and stops its transform job",
        timeout=Duration.minutes(2),  # it checks twice, half a minute apart
        memory_mb=256,
        environment={"JOB_PREFIX": settings.prefix, "ATTEMPTS": str(MAX_ATTEMPTS)},
        statements=[
            iam.PolicyStatement(actions=["sagemaker:StopTransformJob"], resources=[arn("transform-job")]),
            iam.PolicyStatement(actions=["sagemaker:DeleteModel"], resources=[arn("model")]),
        ],
    )
