"""Links into the AWS console, for messages that people read."""

from typing import Final

from aws_cdk import Aws

# A JSONata expression: the page of the execution that evaluates it.
EXECUTION_LINK: Final = (
    f"'https://{Aws.REGION}.console.aws.amazon.com/states/home?region={Aws.REGION}#/v2/executions/details/' "
    "& $states.context.Execution.Id"
)
