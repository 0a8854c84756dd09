"""The functions of the state machines: standard library and boto3 alone, no bundling."""

import json
from pathlib import Path
from typing import Any, Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.common.log_groups import log_group
from stacks.common.resource_names import METRIC_NAMESPACE, generated_names
from stacks.config.settings import Settings
from stacks.functions.function_spec import Plan
from stacks.functions.transform_functions import delete_model, inspect_transform
from stacks.iam.policy_statements import list_objects, put_metrics

SOURCES: Final = Path(__file__).parent.parent.parent / "lambda"
# What Python, mypy and ruff leave behind isn't code, and would make two syntheses differ.
_NO_CODE: Final = ["**/__pycache__", "**/*.pyc", "**/.*"]


class Functions(Construct):
    """The functions, each with a role and a log group of its own.

    Attributes
    ----------
    inspect_dataset
        Checks an execution's input and dataset; reads datasets/.
    evaluate_model
        Compares models with the one that serves; reads models/, writes evaluations/.
    smoke_test
        Asks the endpoint for one document's topics.
    inspect_transform
        Checks what bulk scoring is asked for; reads datasets/.
    delete_model
        Takes away what an aborted execution of bulk scoring left.
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
        self.inspect_dataset = self._function(
            "InspectDataset", _inspect_dataset(Stack.of(self), settings, data_bucket)
        )
        self.evaluate_model = self._function(
            "EvaluateModel", _evaluate_model(Stack.of(self), settings, data_bucket, serving_stack_name)
        )
        self.smoke_test = self._function("SmokeTest", _smoke_test(Stack.of(self), settings))
        self.inspect_transform = self._function(
            "InspectTransform", inspect_transform(Stack.of(self), settings, data_bucket, serving_stack_name)
        )
        self.delete_model = self._function("DeleteModel", delete_model(Stack.of(self), settings))
        if key := data_bucket.encryption_key:
            key.grant_decrypt(self.inspect_dataset)
            key.grant_encrypt_decrypt(self.evaluate_model)
            key.grant_decrypt(self.inspect_transform)

    def _function(self, id_: str, plan: Plan) -> lambda_.Function:
        group = log_group(self, f"{id_}Logs", settings=self._settings)
        return lambda_.Function(
            self,
            id_,
            description=plan.description,
            code=lambda_.Code.from_asset(str(SOURCES / plan.folder), exclude=_NO_CODE),
            handler="handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            # Pure Python runs on either; Graviton costs a fifth less a second.
            architecture=lambda_.Architecture.ARM_64,
            timeout=plan.timeout,
            memory_size=plan.memory_mb,
            environment=dict(plan.environment),
            role=self._role(f"{id_}Role", group, plan),
            log_group=group,
        )

    def _role(self, id_: str, group: logs.ILogGroup, plan: Plan) -> iam.Role:
        # AWS's managed policy would allow writing to every log group of the account.
        write_logs = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[group.log_group_arn]
        )
        return iam.Role(
            self,
            id_,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"{plan.folder} of {Stack.of(self).stack_name}",
            inline_policies={"work": iam.PolicyDocument(statements=[write_logs, *plan.statements])},
        )


def _inspect_dataset(stack: Stack, settings: Settings, bucket: s3.IBucket) -> Plan:
    return Plan(
        folder="inspect_dataset",
        description="Checks an execution's input and dataset before any money is spent",
        timeout=Duration.minutes(5),  # a request for every thousand objects, two for each that is looked into
        memory_mb=1769,  # one whole processor, by AWS's documentation of Lambda's memory
        environment={
            "DATA_BUCKET": bucket.bucket_name,
            "JOB_PREFIX": settings.prefix,
            "INPUT_DEFAULTS": json.dumps(_input_defaults(settings)),
            "TRAINING": json.dumps(_training(settings)),
            "ENDPOINT": json.dumps(_instances(settings, "endpoint")),
            "ENDPOINT_NAME": settings.prefix,
        },
        statements=[
            iam.PolicyStatement(
                actions=["sagemaker:DescribeTrainingJob"], resources=[_training_jobs(stack, settings)]
            ),
            # Whether a promotion replaces instances or starts the first ones.
            iam.PolicyStatement(
                actions=["sagemaker:DescribeEndpoint"], resources=[_endpoint(stack, settings)]
            ),
            # Quotas that are only listed know no resource.
            iam.PolicyStatement(actions=["servicequotas:ListServiceQuotas"], resources=["*"]),
            list_objects(bucket.bucket_arn, "datasets/", "models/"),
            _objects(bucket, "s3:GetObject", "datasets/*"),
        ],
    )


def _input_defaults(settings: Settings) -> dict[str, Any]:
    """Return what stands in for the fields that an execution's input leaves out."""
    names = ("dataset", "num_topics", "alpha0", "max_restarts", "max_iterations", "tol", "minimum_pwll")
    return {
        **{name: getattr(settings, name) for name in names},
        "promote": True,
        "require_promotion": False,
    }


def _training(settings: Settings) -> dict[str, Any]:
    """Return what an execution's training takes, to be checked and reported before it starts."""
    return {
        **_instances(settings, "training"),
        "max_runtime_seconds": settings.training_max_runtime_seconds,
        "jobs_at_once": settings.training_jobs_at_once,
        "price_per_instance_hour": settings.training_price_per_instance_hour,
        "algorithm": settings.algorithm,
    }


def _instances(settings: Settings, what: str) -> dict[str, Any]:
    return {name: getattr(settings, f"{what}_{name}") for name in ("instance_type", "instance_count")}


def _training_jobs(stack: Stack, settings: Settings) -> str:
    return stack.format_arn(
        service="sagemaker", resource="training-job", resource_name=f"{settings.prefix}-*"
    )


def _evaluate_model(stack: Stack, settings: Settings, bucket: s3.IBucket, serving_stack_name: str) -> Plan:
    serving = stack.format_arn(
        service="cloudformation", resource="stack", resource_name=f"{serving_stack_name}/*"
    )
    return Plan(
        folder="evaluate_model",
        description="Compares trained models with the one that serves",
        timeout=Duration.minutes(10),  # 150 topics over a million words, number by number
        memory_mb=1769,  # one whole processor, by AWS's documentation of Lambda's memory
        environment={
            "DATA_BUCKET": bucket.bucket_name,
            "SERVING_STACK": serving_stack_name,
            "PWLL_TOLERANCE": str(settings.pwll_tolerance),
            "WHEN_NOT_COMPARABLE": settings.when_not_comparable,
            "METRIC_NAMESPACE": METRIC_NAMESPACE,
            "DEPLOYMENT": settings.prefix,
        },
        statements=[
            iam.PolicyStatement(
                actions=["sagemaker:DescribeTrainingJob"], resources=[_training_jobs(stack, settings)]
            ),
            iam.PolicyStatement(actions=["cloudformation:DescribeStacks"], resources=[serving]),
            _objects(bucket, "s3:GetObject", "models/*", "evaluations/*", "datasets/*/vocabulary.txt"),
            _objects(bucket, "s3:PutObject", "evaluations/*"),
            list_objects(bucket.bucket_arn, "evaluations/", "datasets/"),
            put_metrics(METRIC_NAMESPACE),
        ],
    )


def _endpoint(stack: Stack, settings: Settings) -> str:
    return stack.format_arn(service="sagemaker", resource="endpoint", resource_name=settings.prefix)


def _smoke_test(stack: Stack, settings: Settings) -> Plan:
    def arn(resource: str, name: str) -> str:
        return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)

    return Plan(
        folder="smoke_test",
        description="Asks the endpoint for one document's topics",
        timeout=Duration.minutes(2),  # SageMaker gives an invocation 60 seconds
        memory_mb=256,
        environment={"ENDPOINT_NAME": settings.prefix},
        statements=[
            iam.PolicyStatement(
                actions=["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
                resources=[_endpoint(stack, settings)],
            ),
            iam.PolicyStatement(
                actions=["sagemaker:DescribeEndpointConfig"],
                resources=[arn("endpoint-config", name) for name in generated_names(settings, "Config")],
            ),
            iam.PolicyStatement(
                actions=["sagemaker:DescribeModel"],
                resources=[arn("model", name) for name in generated_names(settings, "Model")],
            ),
        ],
    )


def _objects(bucket: s3.IBucket, action: str, *keys: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=[action], resources=[bucket.arn_for_objects(key) for key in keys])
