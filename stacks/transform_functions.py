"""The functions of bulk scoring: what they are told, and what they may do."""

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from stacks.function_plan import Plan
from stacks.permissions import list_objects
from stacks.settings import Settings

# How many transform jobs an execution starts at most; the definition of the state machine takes it from here.
MAX_ATTEMPTS: Final = 3


def inspect_transform(stack: Stack, settings: Settings, bucket: s3.IBucket, serving_stack_name: str) -> Plan:
    """Plan the function that checks what is asked for; it reads datasets and descriptions."""
    jobs = stack.format_arn(
        service="sagemaker", resource="training-job", resource_name=f"{settings.prefix}-*"
    )
    serving = stack.format_arn(
        service="cloudformation", resource="stack", resource_name=f"{serving_stack_name}/*"
    )
    return Plan(
        folder="inspect_transform",
        description="Checks what is to be scored, and by which model, before any money is spent",
        timeout=Duration.minutes(5),  # a request for every thousand objects, and a few for first documents
        memory_mb=1024,
        environment={
            "DATA_BUCKET": bucket.bucket_name,
            "JOB_PREFIX": settings.prefix,
            "SERVING_STACK": serving_stack_name,
            "ALGORITHM": settings.algorithm,
            "DATASET": settings.dataset,
        },
        statements=[
            list_objects(bucket.bucket_arn, "datasets/", "models/"),
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects("datasets/*")]),
            iam.PolicyStatement(actions=["sagemaker:DescribeTrainingJob"], resources=[jobs]),
            iam.PolicyStatement(actions=["cloudformation:DescribeStacks"], resources=[serving]),
        ],
    )


def delete_model(stack: Stack, settings: Settings) -> Plan:
    """Plan the function that takes away what an execution left that was aborted or timed out."""

    def ours(resource: str) -> str:
        return stack.format_arn(
            service="sagemaker", resource=resource, resource_name=f"{settings.prefix}-transform-*"
        )

    return Plan(
        folder="delete_model",
        description="Deletes the model of an aborted bulk scoring and stops its transform job",
        timeout=Duration.minutes(2),  # half a minute lies between its two looks
        memory_mb=256,
        environment={"JOB_PREFIX": settings.prefix, "ATTEMPTS": str(MAX_ATTEMPTS)},
        statements=[
            iam.PolicyStatement(actions=["sagemaker:StopTransformJob"], resources=[ours("transform-job")]),
            iam.PolicyStatement(actions=["sagemaker:DeleteModel"], resources=[ours("model")]),
        ],
    )
