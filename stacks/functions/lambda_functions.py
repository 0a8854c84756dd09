"""The Lambda functions of the state machines: standard library and boto3 only, no bundling."""

from pathlib import Path
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.common.log_groups import log_group
from stacks.config.settings import Settings
from stacks.functions.function_spec import FunctionSpec
from stacks.functions.training_functions import evaluate_model, inspect_dataset, smoke_test
from stacks.functions.transform_functions import delete_model, inspect_transform
from stacks.iam.policy_statements import write_to_log_group

SOURCES: Final = Path(__file__).parent.parent.parent / "lambda"
# Caches of Python, mypy and ruff would change the hash of the asset from one synthesis to the next.
_ASSET_EXCLUDES: Final = ["**/__pycache__", "**/*.pyc", "**/.*"]


class Functions(Construct):
    """The functions, each with its own role and log group.

    Attributes
    ----------
    inspect_dataset
        Checks an execution's input and dataset; reads datasets/.
    evaluate_model
        Compares models with the serving model; reads models/, writes evaluations/.
    smoke_test
        Requests the topic mixture of one document from the endpoint.
    inspect_transform
        Checks the input of bulk scoring; reads datasets/.
    delete_model
        Cleans up after an aborted execution of bulk scoring.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        data_bucket: s3.IBucket,
        serving_stack_name: str,
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        stack = Stack.of(self)
        self.inspect_dataset = self._function(
            "InspectDataset", inspect_dataset(stack, settings, data_bucket, serving_stack_name)
        )
        self.evaluate_model = self._function(
            "EvaluateModel", evaluate_model(stack, settings, data_bucket, serving_stack_name)
        )
        self.smoke_test = self._function("SmokeTest", smoke_test(stack, settings))
        self.inspect_transform = self._function(
            "InspectTransform", inspect_transform(stack, settings, data_bucket, serving_stack_name)
        )
        self.delete_model = self._function("DeleteModel", delete_model(stack, settings))
        if key := data_bucket.encryption_key:
            key.grant_decrypt(self.inspect_dataset)
            key.grant_encrypt_decrypt(self.evaluate_model)
            key.grant_decrypt(self.inspect_transform)

    def _function(self, id_: str, spec: FunctionSpec) -> lambda_.Function:
        group = log_group(self, f"{id_}Logs", settings=self._settings)
        return lambda_.Function(
            self,
            id_,
            description=spec.description,
            code=lambda_.Code.from_asset(str(SOURCES), exclude=_ASSET_EXCLUDES),
            handler=f"{spec.folder}.handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            # Pure Python runs on either; Graviton costs a fifth less per second.
            architecture=lambda_.Architecture.ARM_64,
            timeout=spec.timeout,
            memory_size=spec.memory_mb,
            environment=dict(spec.environment),
            role=self._role(f"{id_}Role", group, spec),
            log_group=group,
        )

    def _role(self, id_: str, group: logs.ILogGroup, spec: FunctionSpec) -> iam.Role:
        # AWS's managed policy allows writing to every log group of the account.
        statements = [write_to_log_group(group), *spec.statements]
        return iam.Role(
            self,
            id_,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"{spec.folder} of {Stack.of(self).stack_name}",
            inline_policies={"work": iam.PolicyDocument(statements=statements)},
        )
