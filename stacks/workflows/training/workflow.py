"""The training workflow: its state machine, the substitutions in its definition, and its role."""

import math
from typing import Final

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.common.console_links import execution_link, log_group_link
from stacks.config.settings import Settings
from stacks.functions.lambda_functions import Functions
from stacks.workflows import definitions
from stacks.workflows.permissions import invoke, publish
from stacks.workflows.state_machine import state_machine
from stacks.workflows.training.permissions import stack_update, training_job

# InspectDataset refuses more; a test compares the two numbers.
MAX_CANDIDATES: Final = 40
MAX_ATTEMPTS: Final = 4
# In addition to a job's maximum runtime: waiting for an instance, the download, the upload of the model.
_OVERHEAD_SECONDS: Final = 3600


class TrainingWorkflow(Construct):
    """The state machine that users start from the console with ``{}``.

    Attributes
    ----------
    state_machine
        The state machine that definition.asl.yaml defines.
    """

    def __init__(  # noqa: PLR0913 -- a keyword for each resource of the stack that the states use
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        image_uri: str,
        data_bucket: s3.IBucket,
        functions: Functions,
        training_role: iam.IRole,
        hosting_deploy_role: iam.IRole,
        serving_stack_name: str,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        models = "models/open" if settings.algorithm == "open" else "models"
        self.state_machine = state_machine(
            self,
            settings=settings,
            kind="Machine",
            # Step Functions delivers to groups with this prefix without a policy for each of them.
            log_group_name=f"/aws/vendedlogs/states/{settings.prefix}",
            definition=definitions.TRAINING,
            timeout_seconds=_timeout_seconds(settings),
            substitutions={
                **_settings(settings),
                **_functions(functions),
                "Partition": Aws.PARTITION,
                "TrainingImage": image_uri,
                "TrainingRole": training_role.role_arn,
                "ModelsUri": f"s3://{data_bucket.bucket_name}/{models}",
                "ServingStack": serving_stack_name,
                "HostingDeployRole": hosting_deploy_role.role_arn,
                "Topic": topic.topic_arn,
            },
        )
        for statement in (
            invoke(functions.inspect_dataset, functions.evaluate_model, functions.smoke_test),
            publish(topic),
            *training_job(Stack.of(self), settings, training_role),
            *stack_update(Stack.of(self), serving_stack_name, hosting_deploy_role),
        ):
            self.state_machine.add_to_role_policy(statement)


def _settings(settings: Settings) -> dict[str, str]:
    return {
        "Project": settings.name,
        "Environment": settings.environment,
        "Deployment": settings.prefix,
        "EndpointName": settings.prefix,
        "Algorithm": settings.algorithm,
        "KmsKey": settings.kms_key_arn or "none",
        "MaxAttempts": str(MAX_ATTEMPTS),
        "TrainingInstanceType": settings.training_instance_type,
        "TrainingInstanceCount": str(settings.training_instance_count),
        "TrainingVolumeGb": str(settings.training_volume_gb),
        "TrainingMaxRuntimeSeconds": str(settings.training_max_runtime_seconds),
        "TrainingTimeoutSeconds": str(_task_timeout_seconds(settings)),
        "PromotionTimeoutSeconds": str(settings.promotion_timeout_seconds),
        "JobLogsLink": log_group_link(settings.region, "/aws/sagemaker/TrainingJobs"),
        "ExecutionLink": execution_link(settings.region),
    }


def _functions(functions: Functions) -> dict[str, str]:
    return {
        f"{function.node.id}{name}": value
        for function in (functions.inspect_dataset, functions.evaluate_model, functions.smoke_test)
        for name, value in (
            ("Function", function.function_arn),
            ("LogGroup", function.log_group.log_group_name),
        )
    }


def _task_timeout_seconds(settings: Settings) -> int:
    return settings.training_max_runtime_seconds + _OVERHEAD_SECONDS


def _timeout_seconds(settings: Settings) -> int:
    """Return the timeout of an execution: all its training jobs, three promotions, and an hour."""
    rounds = math.ceil(MAX_CANDIDATES / settings.training_jobs_at_once)
    return rounds * _task_timeout_seconds(settings) + 3 * settings.promotion_timeout_seconds + 3600
