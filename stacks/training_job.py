"""The training job of a candidate: what SageMaker is asked for, and the rights that asking takes."""

from typing import Any, Final

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from stacks.config.settings import Settings
from stacks.iam.policy_statements import pass_role
from stacks.jsonata import evaluated

TRAINING_LOG_GROUP: Final = "/aws/sagemaker/TrainingJobs"
# Beyond the job's own limit: waiting for an instance, the download, the upload of the model.
OVERHEAD_SECONDS: Final = 3600
# The built-in algorithm brings its own definitions, and SageMaker refuses others for it.
_METRICS: Final = [{"Name": "test:pwll", "Regex": r"#quality_metric: host=\S+, test pwll <score>=(\S+)"}]


def task_seconds(settings: Settings) -> int:
    """Return how long the task may take, in seconds."""
    return settings.training_max_runtime_seconds + OVERHEAD_SECONDS


def train_state(
    settings: Settings, *, job_name: str, image_uri: str, data_bucket: s3.IBucket, role: iam.IRole
) -> dict[str, Any]:
    """Return the Task that trains a candidate; its result is SageMaker's description of the finished job.

    In the Amazon States Language, since the task of aws-cdk-lib grants every job of the account, and AddTags
    on a name that matches none.

    Parameters
    ----------
    job_name
        A JSONata expression; it reads the variables `candidate` and `attempt`.
    """
    return {
        "Type": "Task",
        "Comment": "Runs one training job to its end; aborting the execution stops it.",
        "Resource": f"arn:{Aws.PARTITION}:states:::sagemaker:createTrainingJob.sync",
        "Arguments": {
            "TrainingJobName": evaluated(job_name),
            "RoleArn": role.role_arn,
            "AlgorithmSpecification": _algorithm(settings, image_uri),
            "HyperParameters": evaluated("$candidate.hyperparameters"),
            "InputDataConfig": [_channel("train", settings), _channel("test", settings)],
            "OutputDataConfig": _output(settings, data_bucket),
            "ResourceConfig": {
                "InstanceType": settings.training_instance_type,
                "InstanceCount": settings.training_instance_count,
                "VolumeSizeInGB": settings.training_volume_gb,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": settings.training_max_runtime_seconds},
            # SageMaker moves the data in and the model out: the algorithm itself needs no network.
            "EnableNetworkIsolation": True,
            "Tags": _tags(settings),
        },
        "TimeoutSeconds": task_seconds(settings),
    }


def _tags(settings: Settings) -> list[dict[str, str]]:
    """Return what a job is found by in the console and in the bill: its deployment, its data, its origin."""
    tags = {
        "project": settings.name,
        "environment": settings.environment,
        "dataset": evaluated("$input.dataset"),
        "execution": evaluated("$states.context.Execution.Name"),
        "started_by": evaluated("$input.started_by"),
    }
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _algorithm(settings: Settings, image_uri: str) -> dict[str, Any]:
    metrics = {"MetricDefinitions": _METRICS} if settings.algorithm == "open" else {}
    return {"TrainingImage": image_uri, "TrainingInputMode": "File", **metrics}


def _channel(name: str, settings: Settings) -> dict[str, Any]:
    """Describe a channel; several instances divide the shards of the training documents among them."""
    shared = name == "train" and settings.training_instance_count > 1
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": evaluated(f"$input.channels.{name}"),
        "S3DataDistributionType": "ShardedByS3Key" if shared else "FullyReplicated",
    }
    return {
        "ChannelName": name,
        "ContentType": evaluated("$input.content_type"),
        "InputMode": "File",
        "DataSource": {"S3DataSource": source},
    }


def _output(settings: Settings, data_bucket: s3.IBucket) -> dict[str, Any]:
    folder = "models/open" if settings.algorithm == "open" else "models"
    key = {"KmsKeyId": settings.kms_key_arn} if settings.kms_key_arn else {}
    return {"S3OutputPath": f"s3://{data_bucket.bucket_name}/{folder}", **key}


def training_statements(stack: Stack, settings: Settings, role: iam.IRole) -> list[iam.PolicyStatement]:
    """Return what createTrainingJob.sync takes (Step Functions developer guide, "Amazon SageMaker AI").

    AddTags is for our tags and the one that Step Functions adds; the rule of EventBridge, which it manages,
    tells it when a job ends.
    """
    jobs = stack.format_arn(
        service="sagemaker", resource="training-job", resource_name=f"{settings.prefix}-*"
    )
    rule = stack.format_arn(
        service="events",
        resource="rule",
        resource_name="StepFunctionsGetEventsForSageMakerTrainingJobsRule",
    )
    verbs = ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "AddTags", "ListTags")
    return [
        iam.PolicyStatement(actions=[f"sagemaker:{verb}" for verb in verbs], resources=[jobs]),
        pass_role(role, to="sagemaker.amazonaws.com"),
        iam.PolicyStatement(
            actions=["events:DescribeRule", "events:PutRule", "events:PutTargets"], resources=[rule]
        ),
    ]
