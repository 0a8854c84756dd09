"""The topic of notifications, its encryption key, and the roles that may publish."""

from typing import Final

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from stacks.config.settings import Settings
from stacks.iam.policy_statements import service_principal

# Publishing to an encrypted topic requires these actions on its key (Amazon SNS developer guide, "Key
# management").
_KEY_ACTIONS: Final = ["kms:Decrypt", "kms:GenerateDataKey"]


class Notifications(Construct):
    """The topic of failures, results and alarms, encrypted with its own key.

    Attributes
    ----------
    topic
        Accepts TLS only, from this account's alarms and roles.
    publisher
        The role with which EventBridge publishes.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        self._key = kms.Key(
            self,
            "Key",
            # A key has no name: `python -m client leftovers` finds it by the prefix of its description.
            description=f"{settings.prefix}/the topic of notifications",
            enable_key_rotation=True,
            pending_window=Duration.days(7),
            # It encrypts messages in transit through the topic; no stored data is lost with it.
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(
            self, "Topic", display_name=settings.prefix, enforce_ssl=True, master_key=self._key
        )
        self._allow_alarms()
        self.publisher = self._publisher_role()
        if settings.notification_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.notification_email))

    def grant_publish(self, grantee: iam.IGrantable) -> None:
        """Allow a role to publish; `Topic.grant_publish` would use wildcard actions on the key."""
        for statement in self._publish_statements():
            grantee.grant_principal.add_to_principal_policy(statement)

    def _publish_statements(self) -> list[iam.PolicyStatement]:
        through_sns = {"kms:ViaService": f"sns.{Stack.of(self).region}.amazonaws.com"}
        return [
            iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic.topic_arn]),
            iam.PolicyStatement(
                actions=_KEY_ACTIONS,
                resources=[self._key.key_arn],
                conditions={"StringEquals": through_sns},
            ),
        ]

    def _allow_alarms(self) -> None:
        """Allow this account's alarms to publish; CloudWatch publishes without a role."""
        principals = [iam.ServicePrincipal("cloudwatch.amazonaws.com")]
        own_account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=principals,
                resources=[self.topic.topic_arn],
                conditions=own_account,
            )
        )
        self._key.add_to_resource_policy(
            iam.PolicyStatement(
                actions=_KEY_ACTIONS, principals=principals, resources=["*"], conditions=own_account
            )
        )

    def _publisher_role(self) -> iam.Role:
        # Neither the topic's policy nor the key's can confine EventBridge to this account: Amazon SNS doesn't
        # support aws:SourceAccount for "EventBridge-to-encrypted topics". A role can.
        return iam.Role(
            self,
            "Publisher",
            assumed_by=service_principal(Stack.of(self), "events.amazonaws.com"),
            description=f"Rules of {Stack.of(self).stack_name} that notify",
            inline_policies={"publish": iam.PolicyDocument(statements=self._publish_statements())},
        )
