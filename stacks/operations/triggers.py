"""What starts the training without a person: a schedule, and the upload of a dataset."""

import json

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.config.settings import Settings
from stacks.iam.policy_statements import for_this_account

# A start that fails is tried again, but no longer than a day: then the next one is as good.
_TRIES = 10
_LONGEST = Duration.hours(24)


class Triggers(Construct):
    """A schedule and a rule on uploads, where the settings ask for them; each has a role of its own."""

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
        self._machine = state_machine
        if settings.schedule:
            self._schedule(settings.schedule)
        if settings.train_on_upload:
            self._on_upload(data_bucket)

    def _schedule(self, expression: str) -> None:
        stack = Stack.of(self)
        group = stack.format_arn(service="scheduler", resource="schedule-group", resource_name="default")
        role = self._role("ScheduleRole", "scheduler.amazonaws.com", {"aws:SourceArn": group})
        given = {"Comment": f"The schedule {expression} of {stack.stack_name}", "started_by": "schedule"}
        scheduler.CfnSchedule(
            self,
            "Schedule",
            description=f"Starts the training of {stack.stack_name}",
            schedule_expression=expression,
            schedule_expression_timezone="UTC",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self._machine.state_machine_arn,
                role_arn=role.role_arn,
                input=json.dumps(given),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=_TRIES, maximum_event_age_in_seconds=_LONGEST.to_seconds()
                ),
            ),
        )

    def _on_upload(self, bucket: s3.IBucket) -> None:
        key = events.EventField.from_path("$.detail.object.key")
        role = self._role("UploadRole", "events.amazonaws.com", {})
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
                    self._machine,
                    # It may start the machine already; CDK would say so in a second policy.
                    role=role.without_policy_updates(),
                    input=events.RuleTargetInput.from_object(
                        {"manifest": key, "started_by": f"upload of {key}"}
                    ),
                    retry_attempts=_TRIES,
                    max_event_age=_LONGEST,
                )
            ],
        )

    def _role(self, id_: str, service: str, source: dict[str, str]) -> iam.Role:
        start = iam.PolicyStatement(
            actions=["states:StartExecution"], resources=[self._machine.state_machine_arn]
        )
        return iam.Role(
            self,
            id_,
            assumed_by=for_this_account(Stack.of(self), service, **source),
            description=f"Starts executions of {Stack.of(self).stack_name}",
            inline_policies={"start": iam.PolicyDocument(statements=[start])},
        )
