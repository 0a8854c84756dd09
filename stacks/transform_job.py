"""What bulk scoring asks SageMaker for: a model of the run's own, a transform job, and their end."""

from typing import Any, Final

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from stacks.common.algorithm_image import algorithm_image as image
from stacks.config.settings import Settings
from stacks.iam.policy_statements import pass_role
from stacks.jsonata import evaluated

TRANSFORM_LOG_GROUP: Final = "/aws/sagemaker/TransformJobs"
# A name can't be used twice: each attempt has its own, and all have the run's one model.
MODEL_NAME: Final = "$input.name"
JOB_NAME: Final = "$input.name & '-' & $attempt"
# CreateTransformJob knows no limit of its own; when the task is over, Step Functions stops the job.
LONGEST_JOB_SECONDS: Final = 24 * 3600
_CALL_SECONDS: Final = 60


def results(data_bucket: s3.IBucket) -> str:
    """Return where a job's results lie, as a JSONata expression."""
    return f"'s3://{data_bucket.bucket_name}/transforms/' & {JOB_NAME}"


def create_model_state(settings: Settings, role: iam.IRole) -> dict[str, Any]:
    """Return the task that makes the run's model, so that no promotion can pull it away."""
    return {
        "Type": "Task",
        "Comment": "A model of this run's own: a promotion meanwhile can't pull it away.",
        "Resource": f"arn:{Aws.PARTITION}:states:::aws-sdk:sagemaker:createModel",
        "Arguments": {
            "ModelName": evaluated(MODEL_NAME),
            "ExecutionRoleArn": role.role_arn,
            "PrimaryContainer": {
                "Image": image(settings).uri,
                "ModelDataUrl": evaluated("$input.model_data_url"),
            },
            "Tags": _tags(settings),
        },
        "Assign": {"attempt": 0},
        "Output": {},
        "TimeoutSeconds": _CALL_SECONDS,
    }


def transform_state(settings: Settings, data_bucket: s3.IBucket) -> dict[str, Any]:
    """Return the task that scores; its result is SageMaker's description of the job that ended."""
    return {
        "Type": "Task",
        "Comment": "Every document is scored; line i of an object's results is its document i.",
        "Resource": f"arn:{Aws.PARTITION}:states:::sagemaker:createTransformJob.sync",
        "Arguments": {
            "TransformJobName": evaluated(JOB_NAME),
            "ModelName": evaluated(MODEL_NAME),
            "BatchStrategy": "MultiRecord",
            "TransformInput": {
                "ContentType": evaluated("$input.content_type"),
                "SplitType": evaluated("$input.split_type"),
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": evaluated("$input.input")}
                },
            },
            "TransformOutput": {
                "S3OutputPath": evaluated(results(data_bucket)),
                "Accept": "application/jsonlines",
                "AssembleWith": "Line",
                **({"KmsKeyId": settings.kms_key_arn} if settings.kms_key_arn else {}),
            },
            "TransformResources": {
                "InstanceType": settings.transform_instance_type,
                "InstanceCount": settings.transform_instance_count,
            },
            "Tags": _tags(settings),
        },
        "TimeoutSeconds": LONGEST_JOB_SECONDS,
    }


def delete_model_state(comment: str, output: object) -> dict[str, Any]:
    """Return a task that deletes the run's model; throttling has the name of every other refusal."""
    retry = {"ErrorEquals": ["SageMaker.SageMakerException"], "IntervalSeconds": 2, "MaxAttempts": 3}
    return {
        "Type": "Task",
        "Comment": comment,
        "Resource": f"arn:{Aws.PARTITION}:states:::aws-sdk:sagemaker:deleteModel",
        "Arguments": {"ModelName": evaluated(MODEL_NAME)},
        "Output": output,
        "TimeoutSeconds": _CALL_SECONDS,
        "Retry": [{**retry, "BackoffRate": 2, "JitterStrategy": "FULL"}],
    }


def transform_statements(stack: Stack, settings: Settings, role: iam.IRole) -> list[iam.PolicyStatement]:
    """Return what the machine's role needs (Step Functions developer guide, "Amazon SageMaker AI").

    AddTags is for our tags and the one that Step Functions adds; the rule of EventBridge, which it manages,
    tells it when a job ends.
    """

    def arn(service: str, resource: str, name: str) -> str:
        return stack.format_arn(service=service, resource=resource, resource_name=name)

    ours = f"{settings.prefix}-transform-*"
    jobs = [f"sagemaker:{verb}TransformJob" for verb in ("Create", "Describe", "Stop")]
    tags = ["sagemaker:AddTags", "sagemaker:ListTags"]
    rule = arn("events", "rule", "StepFunctionsGetEventsForSageMakerTransformJobsRule")
    return [
        iam.PolicyStatement(actions=[*jobs, *tags], resources=[arn("sagemaker", "transform-job", ours)]),
        iam.PolicyStatement(
            actions=["sagemaker:CreateModel", "sagemaker:DeleteModel", "sagemaker:AddTags"],
            resources=[arn("sagemaker", "model", ours)],
        ),
        pass_role(role, to="sagemaker.amazonaws.com"),
        iam.PolicyStatement(
            actions=["events:DescribeRule", "events:PutRule", "events:PutTargets"], resources=[rule]
        ),
    ]


def _tags(settings: Settings) -> list[dict[str, str]]:
    """Return what a job is found by in the console and in the bill: its deployment, its model, its origin."""
    tags = {
        "project": settings.name,
        "environment": settings.environment,
        "training_job": evaluated("$input.training_job"),
        "execution": evaluated("$states.context.Execution.Name"),
        "started_by": evaluated("$input.started_by"),
    }
    return [{"Key": key, "Value": value} for key, value in tags.items()]
