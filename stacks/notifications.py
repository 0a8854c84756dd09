"""Who is told when something goes wrong: the topic, and what leads to it from outside the state machine."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.settings import Settings


class Notifications(Construct):
    """The topic that failures and alarms go to.

    Attributes
    ----------
    topic
        Reachable through TLS only, by this account's alarms, rules and roles.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        self.topic = sns.Topic(self, "Topic", display_name=settings.prefix, enforce_ssl=True)
        # With a policy of its own, a topic no longer accepts alarms by default.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        if settings.notification_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.notification_email))


class ExecutionWatch(Construct):
    """Notices the executions that can't report themselves.

    One that is aborted or times out reaches no state: a rule reports it. The alarm on failures stays visible
    even if publishing the failing state's own notification failed.
    """

    def __init__(
        self, scope: Construct, id_: str, *, state_machine: sfn.IStateMachine, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, id_)
        events.Rule(
            self,
            "SilentEnds",
            description="Tells of executions that were aborted or timed out",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "stateMachineArn": [state_machine.state_machine_arn],
                    "status": ["ABORTED", "TIMED_OUT"],
                },
            ),
            targets=[targets.SnsTopic(topic, message=_sentence())],
        )
        alarm = state_machine.metric_failed(period=Duration.minutes(5)).create_alarm(
            self,
            "Failures",
            alarm_description="An execution of the training state machine failed; its history says why.",
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))


def _sentence() -> events.RuleTargetInput:
    name, status, arn = (
        events.EventField.from_path(f"$.detail.{field}") for field in ("name", "status", "executionArn")
    )
    return events.RuleTargetInput.from_text(
        f"The execution {name} ended as {status}; a training job or an update of the Serving stack that it "
        f"had started may still be running. Its history: {arn}"
    )
