"""State machines whose tasks call SageMaker, and their executions."""

import json
from typing import Any

from tests.local_aws.sagemaker.helpers.local_server import Aws


class StateMachine:
    """Executes definitions, each as a machine of its own."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.states = aws.client("stepfunctions")

    def execute(self, definition: dict[str, Any], rights: list[dict[str, Any]]) -> str:
        """Start an execution of a machine whose role has the rights; return the execution's ARN."""
        machine = self.states.create_state_machine(
            name=self.aws.name("machine"),
            definition=json.dumps(definition),
            roleArn=self.aws.role(rights, "states.amazonaws.com"),
        )
        arn: str = self.states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        return arn

    def ended(self, arn: str) -> dict[str, Any]:
        """What DescribeExecution says of an execution at its end."""

        def described() -> Any:
            execution = self.states.describe_execution(executionArn=arn)
            return None if execution["status"] == "RUNNING" else execution

        execution: dict[str, Any] = self.aws.wait(described)
        return execution
