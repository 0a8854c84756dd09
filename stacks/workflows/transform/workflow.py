"""The bulk scoring workflow: its state machine, the substitutions in its definition, and its role."""

from typing import Final

from aws_cdk import Aws, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.common.algorithm_image import algorithm_image
from stacks.common.console_links import execution_link, log_group_link
from stacks.config.settings import Settings
from stacks.functions.lambda_functions import Functions
from stacks.functions.transform_functions import MAX_ATTEMPTS
from stacks.workflows import definitions
from stacks.workflows.permissions import invoke, publish
from stacks.workflows.state_machine import state_machine
from stacks.workflows.transform.permissions import transform_job

_JOB_TIMEOUT_SECONDS: Final = 24 * 3600


class TransformWorkflow(Construct):
    """The state machine that users start with ``{}`` to score the test documents, or others.

    Attributes
    ----------
    state_machine
        The state machine that definition.asl.yaml defines.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        data_bucket: s3.IBucket,
        functions: Functions,
        role: iam.IRole,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        self.state_machine = state_machine(
            self,
            settings=settings,
            kind="MachineOfTransforms",
            # Step Functions delivers to groups with this prefix without a policy for each of them.
            log_group_name=f"/aws/vendedlogs/states/{settings.prefix}-transform",
            definition=definitions.TRANSFORM,
            timeout_seconds=MAX_ATTEMPTS * _JOB_TIMEOUT_SECONDS + 3600,
            substitutions={
                **_settings(settings),
                "Partition": Aws.PARTITION,
                "InspectTransformFunction": functions.inspect_transform.function_arn,
                "InspectTransformLogGroup": functions.inspect_transform.log_group.log_group_name,
                "TransformRole": role.role_arn,
                "ResultsUri": f"s3://{data_bucket.bucket_name}/transforms",
                "Topic": topic.topic_arn,
            },
        )
        for statement in (
            invoke(functions.inspect_transform),
            publish(topic),
            *transform_job(Stack.of(self), settings, role),
        ):
            self.state_machine.add_to_role_policy(statement)
        _clean_up(self, self.state_machine, functions.delete_model)


def _settings(settings: Settings) -> dict[str, str]:
    return {
        "Project": settings.name,
        "Environment": settings.environment,
        "Deployment": settings.prefix,
        "KmsKey": settings.kms_key_arn or "none",
        "MaxAttempts": str(MAX_ATTEMPTS),
        "ServingImage": algorithm_image(settings).uri,
        "TransformInstanceType": settings.transform_instance_type,
        "TransformInstanceCount": str(settings.transform_instance_count),
        "TransformTimeoutSeconds": str(_JOB_TIMEOUT_SECONDS),
        "JobLogsLink": log_group_link(settings.region, "/aws/sagemaker/TransformJobs"),
        "ExecutionLink": execution_link(settings.region),
    }


def _clean_up(scope: Construct, machine: sfn.StateMachine, function: lambda_.Function) -> None:
    """Declare the rule that cleans up after an aborted or timed-out execution: it enters no further state."""
    events.Rule(
        scope,
        "CleanUp",
        description="Deletes the model of an execution that was aborted or timed out, and stops its job",
        event_pattern=events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={"stateMachineArn": [machine.state_machine_arn], "status": ["ABORTED", "TIMED_OUT"]},
        ),
        targets=[targets.LambdaFunction(function)],
    )
