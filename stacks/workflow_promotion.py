"""The states that promote: update the Serving stack with the new ModelDataUrl, and await the outcome."""

from typing import Any, Final

from aws_cdk import Aws, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.permissions import pass_role
from stacks.settings import Settings
from stacks.workflow_failures import Failures, evaluated, failure, quoted

_POLL: Final = Duration.seconds(15)
_IN_PROGRESS: Final = "$contains($serving.status, '_IN_PROGRESS')"
_LATE: Final = "$millis() > $deadline"
_SERVES_OURS: Final = "$serving.model_data_url = $job.model_data_url"
# Events come newest first, and an update's carry its token. What failed first is the reason.
_FIRST_FAILURE: Final = """(
    $ours := $states.result.StackEvents[ClientRequestToken = $job.name];
    $first := $ours[$contains(ResourceStatus, '_FAILED')][-1];
    $exists($first) ? $first.LogicalResourceId & ': ' & $first.ResourceStatusReason
    : 'CloudFormation gives no reason; the stack is ' & $serving.status
      & ' and its ModelDataUrl is "' & $serving.model_data_url & '"'
)"""


class Promotion(Construct):
    """A part of the state machine, from reading the stack to its update's end.

    All refusals of UpdateStack carry one error name, so they are told apart by their text.

    Attributes
    ----------
    begin
        Its first state; assign `begin_clock` on the way to it.
    begin_clock
        The assignment of the time until which the promotion waits.
    statements
        For the state machine's role.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        serving_stack_name: str,
        hosting_deploy_role: iam.IRole,
        failures: Failures,
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self._stack_name = serving_stack_name
        self._stack_arn = Stack.of(self).format_arn(
            service="cloudformation", resource="stack", resource_name=f"{serving_stack_name}/*"
        )
        self._deploy_role = hosting_deploy_role
        self._failures = failures
        self._failed = {
            "what": f"'The promotion of ' & $job.model_data_url & ' to {serving_stack_name} failed:'",
            "where": quoted(
                f"Details: the events of the stack {serving_stack_name} and the log group "
                f"/aws/sagemaker/Endpoints/{settings.prefix}."
            ),
        }
        deadline = f"$millis() + {settings.promotion_timeout_seconds * 1000}"
        self.begin_clock = {"deadline": evaluated(deadline)}
        self.begin = self._describe("ReadServing")
        self.statements = _statements(self, self._stack_arn, hosting_deploy_role)

    def connect(self, *, evaluate_again: sfn.IChainable, promoted: sfn.IChainable) -> None:
        """Lay the ways through the part and out of it."""
        wait = self._wait("WaitForOtherUpdate", self.begin)
        update = self._update(wait, promoted)
        ready = self._choice("IsServingFree", "Does the stack stand still, and serve what was compared with?")
        self._unless_late(ready, wait)
        ready.when(_condition(_SERVES_OURS), promoted)
        # Another run promoted meanwhile.
        ready.when(_condition("$serving.model_data_url != $evaluation.incumbent"), evaluate_again)
        ready.otherwise(update)
        self.begin.next(ready)

    def _update(self, wait_for_other: sfn.IChainable, promoted: sfn.IChainable) -> sfn.CustomState:
        read = self._describe("ReadUpdate")
        wait = self._wait("WaitForUpdate", read)
        read.next(self._outcome(wait, promoted))
        update = sfn.CustomState(self, "Promote", state_json=self._update_stack())
        refused = self._choice("WhyRefused", "All of UpdateStack's refusals carry one error name.")
        for text, following in (
            ("No updates are to be performed", promoted),
            ("_IN_PROGRESS", wait_for_other),
            ("Rate exceeded", wait_for_other),
        ):
            refused.when(_condition(f"$contains($failure.said, {quoted(text)})"), following)
        refused.otherwise(self._failures.explain)
        update.add_catch(refused, **self._caught())
        update.next(wait)
        return update

    def _outcome(self, wait: sfn.IChainable, promoted: sfn.IChainable) -> sfn.Choice:
        outcome = self._choice("IsUpdateDone", "UPDATE_COMPLETE counts only with our model in it.")
        self._unless_late(outcome, wait)
        done = f"$serving.status = 'UPDATE_COMPLETE' and {_SERVES_OURS}"
        outcome.when(_condition(done), promoted)
        return outcome.otherwise(self._read_reason())

    def _unless_late(self, choice: sfn.Choice, wait: sfn.IChainable) -> None:
        """Wait while the stack is in progress, but not beyond the deadline."""
        choice.when(_condition(f"{_IN_PROGRESS} and $not({_LATE})"), wait)
        limit = self._settings.promotion_timeout_seconds
        said = f"'the stack is still ' & $serving.status & ' after {limit} seconds. CloudFormation goes on.'"
        choice.when(
            _condition(_IN_PROGRESS),
            self._failures.explain,
            assign=failure("PromotionFailed", said=said, **self._failed),
        )

    def _read_reason(self) -> tasks.CallAwsService:
        read = self._call(
            "ReadFailedEvents",
            "describeStackEvents",
            failure("PromotionFailed", said=_FIRST_FAILURE, **self._failed),
        )
        read.next(self._failures.explain)
        return read

    def _describe(self, name: str) -> tasks.CallAwsService:
        stack = "$states.result.Stacks[0]"
        # What isn't there can't be assigned, but with a text it makes a text: the first promotion begins with
        # an empty url, however that is told.
        url = f"{stack}.Parameters[ParameterKey = 'ModelDataUrl'].ParameterValue & ''"
        serving = {"status": evaluated(f"{stack}.StackStatus"), "model_data_url": evaluated(url)}
        return self._call(name, "describeStacks", {"serving": serving})

    def _call(self, name: str, action: str, assign: dict[str, Any]) -> tasks.CallAwsService:
        task = tasks.CallAwsService.jsonata(
            self,
            name,
            service="cloudformation",
            action=action,
            parameters={"StackName": self._stack_name},
            iam_action=f"cloudformation:{action[0].upper()}{action[1:]}",
            iam_resources=[self._stack_arn],
            assign=assign,
            outputs={},
            task_timeout=sfn.Timeout.duration(Duration.minutes(1)),
        )
        # The name of throttling, too; reading again costs nothing.
        task.add_retry(errors=["CloudFormation.CloudFormationException"], max_attempts=3)
        task.add_catch(self._failures.explain, **self._caught())
        return task

    def _caught(self) -> dict[str, Any]:
        return self._failures.caught("PromotionFailed", **self._failed)

    def _update_stack(self) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": f"arn:{Aws.PARTITION}:states:::aws-sdk:cloudformation:updateStack",
            "Arguments": {
                "StackName": self._stack_name,
                "UsePreviousTemplate": True,
                # A parameter that isn't listed falls back to its default.
                "Parameters": [
                    {"ParameterKey": "ModelDataUrl", "ParameterValue": evaluated("$job.model_data_url")},
                    {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
                ],
                "RoleARN": self._deploy_role.role_arn,
                "ClientRequestToken": evaluated("$job.name"),
            },
            "Assign": self.begin_clock,
            "Output": {},
            "TimeoutSeconds": 60,
        }

    def _wait(self, name: str, following: sfn.IChainable) -> sfn.Wait:
        wait = sfn.Wait.jsonata(self, name, time=sfn.WaitTime.duration(_POLL))
        wait.next(following)
        return wait

    def _choice(self, name: str, comment: str) -> sfn.Choice:
        return sfn.Choice.jsonata(self, name, comment=comment)


def _condition(expression: str) -> sfn.Condition:
    return sfn.Condition.jsonata(evaluated(expression))


def _statements(scope: Construct, stack_arn: str, deploy_role: iam.IRole) -> list[iam.PolicyStatement]:
    """Return what UpdateStack takes beside reading the stack.

    The condition keeps the machine's role from using the stack's last role, the bootstrap's administrator,
    which CloudFormation takes without iam:PassRole when none is given.
    """
    qualifier = Stack.of(scope).synthesizer.bootstrap_qualifier
    version = Stack.of(scope).format_arn(
        service="ssm", resource="parameter", resource_name=f"cdk-bootstrap/{qualifier}/version"
    )
    return [
        iam.PolicyStatement(
            actions=["cloudformation:UpdateStack"],
            resources=[stack_arn],
            conditions={"StringEquals": {"cloudformation:RoleArn": deploy_role.role_arn}},
        ),
        pass_role(deploy_role, to="cloudformation.amazonaws.com"),
        # CloudFormation reads the parameter BootstrapVersion as its caller.
        iam.PolicyStatement(actions=["ssm:GetParameters"], resources=[version]),
    ]
