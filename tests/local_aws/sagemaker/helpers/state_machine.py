"""Executions of state machines whose tasks call SageMaker."""

import json
from typing import Any

from tests.local_aws.sagemaker.helpers.local_server import Aws


class StateMachine:
    """Executes definitions, each as a new state machine."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.states = aws.client("stepfunctions")

    def execute(self, definition: dict[str, Any], permissions: list[dict[str, Any]]) -> str:
        """Create a machine whose role has the permissions, execute it, and return the execution's ARN."""
        machine = self.states.create_state_machine(
            name=self.aws.name("machine"),
            definition=json.dumps(definition),
            roleArn=self.aws.role(permissions, "states.amazonaws.com"),
        )
        arn: str = self.states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        return arn

    def wait_until_ended(self, arn: str) -> dict[str, Any]:
        """Wait for the end of an execution and return its description."""

        def described() -> Any:
            execution = self.states.describe_execution(executionArn=arn)
            return None if execution["status"] == "RUNNING" else execution

        execution: dict[str, Any] = self.aws.wait(described)
        return execution
