"""Alarms on the executions of a state machine, and the notification of aborted and timed-out executions."""

from collections.abc import Callable

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.common.console_links import execution_link
from stacks.config.settings import Settings
from stacks.operations.notifications import Notifications


class ExecutionAlarms(Construct):
    """Alarms on executions that fail, time out or are throttled.

    They go off even if the notification of the failing execution couldn't be published.

    Parameters
    ----------
    machine_name
        The name of the state machine in messages, such as ``training state machine``.

    Attributes
    ----------
    alarms
        The three alarms.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        state_machine: sfn.IStateMachine,
        machine_name: str,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        failed, timed_out = (
            f"An execution of the {machine_name} {ending}" for ending in ("failed", "timed out")
        )
        throttled = f"Executions of the {machine_name} wait: the account's state transitions are used up"
        self.alarms = [
            self._alarm("Failures", state_machine.metric_failed, failed),
            self._alarm("TimeOuts", state_machine.metric_timed_out, timed_out),
            self._alarm("Throttles", state_machine.metric_throttled, throttled),
        ]
        for alarm in self.alarms:
            alarm.add_alarm_action(actions.SnsAction(topic))

    def _alarm(
        self, id_: str, metric: Callable[..., cloudwatch.Metric], description: str
    ) -> cloudwatch.Alarm:
        return metric(period=Duration.minutes(5)).create_alarm(
            self,
            id_,
            alarm_description=f"{description}.",
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )


def notify_aborted_or_timed_out(
    scope: Construct,
    id_: str,
    *,
    settings: Settings,
    state_machine: sfn.IStateMachine,
    machine_name: str,
    consequence: str,
    notifications: Notifications,
) -> events.Rule:
    """Declare the rule that publishes a notification of executions that were aborted or timed out.

    These executions enter no further state, so the state machine can't publish it.

    Parameters
    ----------
    machine_name
        The name of the state machine in messages, such as ``training state machine``.
    consequence
        The part of the message on what such an execution leaves behind.
    """
    return events.Rule(
        scope,
        id_,
        description=f"Notifies of executions of the {machine_name} that were aborted or timed out",
        event_pattern=events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={
                "stateMachineArn": [state_machine.state_machine_arn],
                "status": ["ABORTED", "TIMED_OUT"],
            },
        ),
        targets=[
            targets.SnsTopic(
                notifications.topic,
                message=_message(settings, machine_name, consequence),
                authorize_using_role=True,
                role=notifications.publisher.without_policy_updates(),
            )
        ],
    )


def _message(settings: Settings, machine_name: str, consequence: str) -> events.RuleTargetInput:
    name, status, arn = (
        events.EventField.from_path(f"$.detail.{field}") for field in ("name", "status", "executionArn")
    )
    return events.RuleTargetInput.from_text(
        f"The execution {name} of the {machine_name} of {settings.prefix} ended as {status}; {consequence}. "
        f"Its history: {execution_link(settings.region, arn)}"
    )
