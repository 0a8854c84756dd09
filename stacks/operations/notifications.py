"""Who is told when something goes wrong: the topic, its key, and what leads to it from outside a machine."""

from collections.abc import Callable

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.config.settings import Settings
from stacks.iam.policy_statements import for_this_account
from stacks.operations.console_links import execution_link

# What publishing to an encrypted topic takes of its key (Amazon SNS developer guide, "Key management").
_KEY_ACTIONS = ["kms:Decrypt", "kms:GenerateDataKey"]


class Notifications(Construct):
    """The topic that failures, results and alarms go to, encrypted with a key of its own.

    Attributes
    ----------
    topic
        Reachable through TLS only, by this account's alarms and roles.
    publisher
        The role that EventBridge publishes with.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        self._key = kms.Key(
            self,
            "Key",
            # `python -m client leftovers` knows the deployment's key by this beginning: it has no name.
            description=f"{settings.prefix}/the topic of notifications",
            enable_key_rotation=True,
            pending_window=Duration.days(7),
            # It protects messages on their way; nothing that is kept is lost with it.
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(
            self, "Topic", display_name=settings.prefix, enforce_ssl=True, master_key=self._key
        )
        self._admit_alarms()
        self.publisher = self._publisher()
        if settings.notification_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.notification_email))

    def grant(self, grantee: iam.IGrantable) -> None:
        """Let a role publish: `grant_publish` would allow every action that begins like those on the key."""
        for statement in self._publishing():
            grantee.grant_principal.add_to_principal_policy(statement)

    def _publishing(self) -> list[iam.PolicyStatement]:
        through_sns = {"kms:ViaService": f"sns.{Stack.of(self).region}.amazonaws.com"}
        return [
            iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic.topic_arn]),
            iam.PolicyStatement(
                actions=_KEY_ACTIONS,
                resources=[self._key.key_arn],
                conditions={"StringEquals": through_sns},
            ),
        ]

    def _admit_alarms(self) -> None:
        """Let this account's alarms publish: CloudWatch has no role for that."""
        principals = [iam.ServicePrincipal("cloudwatch.amazonaws.com")]
        ours = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=principals,
                resources=[self.topic.topic_arn],
                conditions=ours,
            )
        )
        self._key.add_to_resource_policy(
            iam.PolicyStatement(actions=_KEY_ACTIONS, principals=principals, resources=["*"], conditions=ours)
        )

    def _publisher(self) -> iam.Role:
        # EventBridge itself could be confined neither in the topic's policy nor in the key's: Amazon SNS
        # doesn't support aws:SourceAccount for "EventBridge-to-encrypted topics". A role can.
        return iam.Role(
            self,
            "Publisher",
            assumed_by=for_this_account(Stack.of(self), "events.amazonaws.com"),
            description=f"Rules of {Stack.of(self).stack_name} that notify",
            inline_policies={"publish": iam.PolicyDocument(statements=self._publishing())},
        )


class ExecutionWatch(Construct):
    """Notices the executions of one state machine that can't report themselves.

    One that is aborted or times out reaches no state: a rule reports it. The alarms stay visible even if
    publishing the failing state's own notification failed.

    Parameters
    ----------
    work
        What the machine is called in messages, such as ``training state machine``.
    may_still_run
        The part of a sentence that says what an execution leaves behind that ends in silence.

    Attributes
    ----------
    alarms
        On executions that failed, timed out or were throttled.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        state_machine: sfn.IStateMachine,
        work: str,
        may_still_run: str,
        notifications: Notifications,
    ) -> None:
        super().__init__(scope, id_)
        events.Rule(
            self,
            "SilentEnds",
            description=f"Tells of executions of the {work} that were aborted or timed out",
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
                    message=_sentence(settings, work, may_still_run),
                    authorize_using_role=True,
                    role=notifications.publisher.without_policy_updates(),
                )
            ],
        )
        self.alarms = [
            self._alarm("Failures", state_machine.metric_failed, f"An execution of the {work} failed"),
            self._alarm("TimeOuts", state_machine.metric_timed_out, f"An execution of the {work} timed out"),
            self._alarm(
                "Throttles",
                state_machine.metric_throttled,
                f"Executions of the {work} wait: the account's state transitions are used up",
            ),
        ]
        for alarm in self.alarms:
            alarm.add_alarm_action(actions.SnsAction(notifications.topic))

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


def _sentence(settings: Settings, work: str, may_still_run: str) -> events.RuleTargetInput:
    name, status, arn = (
        events.EventField.from_path(f"$.detail.{field}") for field in ("name", "status", "executionArn")
    )
    return events.RuleTargetInput.from_text(
        f"The execution {name} of the {work} of {settings.prefix} ended as {status}; {may_still_run}. "
        f"Its history: {execution_link(settings.region, arn)}"
    )
