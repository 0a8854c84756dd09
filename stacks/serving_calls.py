"""What the state machine asks CloudFormation about the Serving stack, and the rights that asking takes."""

from typing import Any, Final

from aws_cdk import Aws, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.iam.policy_statements import pass_role
from stacks.jsonata import evaluated

_POLL: Final = Duration.seconds(15)
IN_PROGRESS: Final = "$contains($serving.status, '_IN_PROGRESS')"


class ServingCalls(Construct):
    """Tasks that read the stack into the variable `serving`, and the one that updates it.

    Attributes
    ----------
    stack_name
        The Serving stack's.
    statements
        For the state machine's role.
    """

    def __init__(
        self, scope: Construct, id_: str, *, serving_stack_name: str, hosting_deploy_role: iam.IRole
    ) -> None:
        super().__init__(scope, id_)
        self.stack_name = serving_stack_name
        self._stack_arn = Stack.of(self).format_arn(
            service="cloudformation", resource="stack", resource_name=f"{serving_stack_name}/*"
        )
        self._deploy_role = hosting_deploy_role
        self.statements = _statements(self, self._stack_arn, hosting_deploy_role)

    def describe(
        self, name: str, comment: str, *, clock: dict[str, str] | None = None
    ) -> tasks.CallAwsService:
        """Return the task that assigns `serving`: the stack's status and its ModelDataUrl."""
        stack = "$states.result.Stacks[0]"
        # What isn't there can't be assigned, but with a text it makes a text: the first promotion begins with
        # an empty url, however that is told.
        url = f"{stack}.Parameters[ParameterKey = 'ModelDataUrl'].ParameterValue & ''"
        serving = {"status": evaluated(f"{stack}.StackStatus"), "model_data_url": evaluated(url)}
        return self.read(name, comment, "describeStacks", {"serving": serving, **(clock or {})})

    def read(self, name: str, comment: str, action: str, assign: dict[str, Any]) -> tasks.CallAwsService:
        """Return the task of a call that reads the stack."""
        task = tasks.CallAwsService.jsonata(
            self,
            name,
            comment=comment,
            service="cloudformation",
            action=action,
            parameters={"StackName": self.stack_name},
            iam_action=f"cloudformation:{action[0].upper()}{action[1:]}",
            iam_resources=[self._stack_arn],
            assign=assign,
            outputs={},
            task_timeout=sfn.Timeout.duration(Duration.minutes(1)),
        )
        # The name of throttling, too; reading again costs nothing.
        task.add_retry(
            errors=["CloudFormation.CloudFormationException"],
            max_attempts=3,
            jitter_strategy=sfn.JitterType.FULL,
        )
        return task

    def update(
        self, name: str, comment: str, *, url: str, token: str, clock: dict[str, str]
    ) -> sfn.CustomState:
        """Return the task that gives the stack another ModelDataUrl; `url` and `token` are JSONata."""
        return sfn.CustomState(
            self,
            name,
            state_json={
                "Type": "Task",
                "Comment": comment,
                "Resource": f"arn:{Aws.PARTITION}:states:::aws-sdk:cloudformation:updateStack",
                "Arguments": {
                    "StackName": self.stack_name,
                    "UsePreviousTemplate": True,
                    # A parameter that isn't listed falls back to its default.
                    "Parameters": [
                        {"ParameterKey": "ModelDataUrl", "ParameterValue": evaluated(url)},
                        {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
                    ],
                    "RoleARN": self._deploy_role.role_arn,
                    "ClientRequestToken": evaluated(token),
                },
                "Assign": clock,
                "Output": {},
                "TimeoutSeconds": 60,
            },
        )

    def wait(self, name: str, comment: str, following: sfn.IChainable) -> sfn.Wait:
        """Return the state that waits between two looks at the stack."""
        wait = sfn.Wait.jsonata(self, name, comment=comment, time=sfn.WaitTime.duration(_POLL))
        wait.next(following)
        return wait


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
