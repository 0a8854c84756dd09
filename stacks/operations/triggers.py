"""Triggers of training: a schedule, and the upload of a dataset."""

import json
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.config.settings import Settings
from stacks.iam.policy_statements import service_principal

# A start that fails is retried for a day at most; then the next trigger is due.
_MAX_RETRIES: Final = 10
_MAX_EVENT_AGE: Final = Duration.hours(24)


class Triggers(Construct):
    """A schedule and a rule on uploads, each if the settings enable it and with its own role."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        data_bucket: s3.IBucket,
        state_machine: sfn.IStateMachine,
    ) -> None:
        super().__init__(scope, id_)
        self._state_machine = state_machine
        if settings.schedule:
            self._start_on_schedule(settings.schedule)
        if settings.train_on_upload:
            self._start_on_upload(data_bucket)

    def _start_on_schedule(self, expression: str) -> None:
        stack = Stack.of(self)
        group = stack.format_arn(service="scheduler", resource="schedule-group", resource_name="default")
        role = self._role("ScheduleRole", "scheduler.amazonaws.com", **{"aws:SourceArn": group})
        comment = f"The schedule {expression} of {stack.stack_name}"
        scheduler.CfnSchedule(
            self,
            "Schedule",
            description=f"Starts the training of {stack.stack_name}",
            schedule_expression=expression,
            schedule_expression_timezone="UTC",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self._state_machine.state_machine_arn,
                role_arn=role.role_arn,
                input=json.dumps({"Comment": comment, "started_by": "schedule"}),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=_MAX_RETRIES,
                    maximum_event_age_in_seconds=_MAX_EVENT_AGE.to_seconds(),
                ),
            ),
        )

    def _start_on_upload(self, bucket: s3.IBucket) -> None:
        key = events.EventField.from_path("$.detail.object.key")
        role = self._role("UploadRole", "events.amazonaws.com")
        events.Rule(
            self,
            "Upload",
            description=f"Starts the training of {Stack.of(self).stack_name} with an uploaded dataset",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [bucket.bucket_name]},
                    "object": {"key": events.Match.wildcard("datasets/*/manifest.json")},
                },
            ),
            targets=[
                targets.SfnStateMachine(
                    self._state_machine,
                    # The role has the permission; CDK would add it in a second policy.
                    role=role.without_policy_updates(),
                    input=events.RuleTargetInput.from_object(
                        {"manifest": key, "started_by": f"upload of {key}"}
                    ),
                    retry_attempts=_MAX_RETRIES,
                    max_event_age=_MAX_EVENT_AGE,
                )
            ],
        )

    def _role(self, id_: str, service: str, **source: str) -> iam.Role:
        start = iam.PolicyStatement(
            actions=["states:StartExecution"], resources=[self._state_machine.state_machine_arn]
        )
        return iam.Role(
            self,
            id_,
            assumed_by=service_principal(Stack.of(self), service, **source),
            description=f"Starts executions of {Stack.of(self).stack_name}",
            inline_policies={"start": iam.PolicyDocument(statements=[start])},
        )
