"""The state machine: inspect the dataset, train, evaluate, promote, test."""

from typing import Any, Final, cast

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.functions import Functions
from stacks.log_groups import log_group
from stacks.resource_names import logical_id
from stacks.settings import Settings
from stacks.workflow_failures import Failures, evaluated, failure, quoted
from stacks.workflow_promotion import Promotion
from stacks.workflow_training import JOB_NAME, TRAINING_LOG_GROUP, Training, task_seconds

_PAYLOAD: Final = evaluated("$states.result.Payload")
_FUNCTION_AT_MOST: Final = Duration.minutes(12)  # beyond the longest timeout of a function
# Errors of Lambda itself, as AWS's best practices for Step Functions name them.
_LAMBDA_TRANSIENT: Final = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]


class TrainingWorkflow(Construct):
    """What a person starts from the console with ``{}``.

    JSONata throughout: what later states read are the variables `input` (InspectDataset's result), `job`,
    `evaluation`, `serving` and `deadline` (Promotion's), `failure` and `cause` (Failures').

    Attributes
    ----------
    state_machine
        The machine.
    log_group
        Everything that it does, with its data.
    """

    def __init__(  # noqa: PLR0913 -- a keyword for each thing that the stack hands over
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        image_uri: str,
        data_bucket: s3.IBucket,
        functions: Functions,
        training_role: iam.IRole,
        hosting_deploy_role: iam.IRole,
        serving_stack_name: str,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self._failures = Failures(self, "Failures", settings=settings, topic=topic)
        self._training = Training(
            self,
            "Training",
            settings=settings,
            image_uri=image_uri,
            data_bucket=data_bucket,
            role=training_role,
        )
        self._promotion = Promotion(
            self,
            "Promotion",
            settings=settings,
            serving_stack_name=serving_stack_name,
            hosting_deploy_role=hosting_deploy_role,
            failures=self._failures,
        )
        # Step Functions delivers to groups with this prefix without a policy for each of them.
        self.log_group = log_group(
            self, "Logs", settings=settings, name=f"/aws/vendedlogs/states/{settings.prefix}"
        )
        self.state_machine = self._machine(self._chain(functions))

    def _chain(self, functions: Functions) -> sfn.IChainable:
        test = self._test(functions.smoke_test)
        test.next(sfn.Succeed(self, "Promoted"))
        evaluate = self._evaluate(functions.evaluate_model)
        evaluate.next(self._is_worth_promoting())
        self._promotion.connect(evaluate_again=evaluate, promoted=test)
        train = self._training.task
        train.add_catch(self._failures.explain, **self._failures.caught(**_training_failed(JOB_NAME)))
        train.next(self._is_completed(evaluate))
        return self._inspect(functions.inspect_dataset).next(train)

    def _machine(self, start: sfn.IChainable) -> sfn.StateMachine:
        machine = sfn.StateMachine(
            self,
            "Machine",
            comment="Trains a topic model, compares it with the one that serves, promotes the better one.",
            definition_body=sfn.DefinitionBody.from_chainable(start),
            query_language=sfn.QueryLanguage.JSONATA,
            logs=sfn.LogOptions(
                destination=self.log_group, level=sfn.LogLevel.ALL, include_execution_data=True
            ),
            tracing_enabled=True,
            timeout=Duration.seconds(_longest_seconds(self._settings)),
        )
        resource = cast("sfn.CfnStateMachine", machine.node.default_child)
        resource.override_logical_id(logical_id(self._settings, "Machine"))
        for statement in (*self._training.statements, *self._promotion.statements):
            machine.add_to_role_policy(statement)
        return machine

    def _inspect(self, function: lambda_.Function) -> sfn.TaskStateBase:
        payload = {
            "input": "$states.input",
            "execution_name": "$states.context.Execution.Name",
            "execution_arn": "$states.context.Execution.Id",
        }
        task = self._invoke("InspectDataset", function, payload, assign={"input": _PAYLOAD}, outputs={})
        return self._catch(task, function, "InvalidInput")

    def _is_completed(self, evaluate: sfn.IChainable) -> sfn.Choice:
        choice = sfn.Choice.jsonata(
            self,
            "IsTrainingCompleted",
            comment="Whether a job that was stopped is an error of its task isn't documented.",
            assign=failure(
                **_training_failed("$states.input.TrainingJobName"), said="$string($states.input)"
            ),
        )
        job = {
            "name": evaluated("$states.input.TrainingJobName"),
            "model_data_url": evaluated("$states.input.ModelArtifacts.S3ModelArtifacts"),
        }
        choice.when(
            _condition("$states.input.TrainingJobStatus = 'Completed'"), evaluate, assign={"job": job}
        )
        return choice.otherwise(self._failures.explain)

    def _evaluate(self, function: lambda_.Function) -> sfn.TaskStateBase:
        task = self._invoke(
            "EvaluateModel",
            function,
            {"input": "$input", "training_job": "$job.name"},
            assign={"evaluation": _PAYLOAD},
            outputs=_result(
                "$states.result.Payload",
                promoted=False,
                because="$input.promote ? '' : 'The execution said promote: false. '",
                endpoint="null",
            ),
        )
        return self._catch(task, function, "EvaluationFailed")

    def _is_worth_promoting(self) -> sfn.Choice:
        choice = sfn.Choice.jsonata(self, "IsWorthPromoting")
        worth = _condition("$input.promote and $evaluation.promote")
        choice.when(worth, self._promotion.begin, assign=self._promotion.begin_clock)
        refused = failure(
            "NotPromoted",
            what="'The model of ' & $job.name & ' was not promoted, and require_promotion is true:'",
            said="$evaluation.reason",
            where="'Its evaluation: evaluations/' & $job.name & '/evaluation.json in the data bucket.'",
        )
        choice.when(_condition("$input.require_promotion"), self._failures.explain, assign=refused)
        return choice.otherwise(sfn.Succeed(self, "NotPromoted"))

    def _test(self, function: lambda_.Function) -> sfn.TaskStateBase:
        payload = {
            "document": "$input.smoke_test",
            "num_topics": "$input.hyperparameters.num_topics",
            "model_data_url": "$job.model_data_url",
        }
        endpoint = self._settings.prefix
        outputs = _result("$evaluation", promoted=True, because="''", endpoint=quoted(endpoint))
        task = self._invoke("SmokeTest", function, payload, assign=None, outputs=outputs)
        said = (
            "The Serving stack keeps the new ModelDataUrl. "
            f"The log of the endpoint: /aws/sagemaker/Endpoints/{endpoint}. "
        )
        return self._catch(task, function, "SmokeTestFailed", said)

    def _invoke(
        self,
        name: str,
        function: lambda_.Function,
        payload: dict[str, str],
        *,
        assign: dict[str, str] | None,
        outputs: dict[str, Any],
    ) -> sfn.TaskStateBase:
        task = tasks.LambdaInvoke.jsonata(
            self,
            name,
            lambda_function=function,
            payload=sfn.TaskInput.from_object({key: evaluated(value) for key, value in payload.items()}),
            assign=assign,
            outputs=outputs,
            retry_on_service_exceptions=False,
            task_timeout=sfn.Timeout.duration(_FUNCTION_AT_MOST),
        )
        return task.add_retry(errors=_LAMBDA_TRANSIENT, max_attempts=3)

    def _catch(
        self, task: sfn.TaskStateBase, function: lambda_.Function, error: str, also: str = ""
    ) -> sfn.TaskStateBase:
        log = quoted(f"{also}The log of {task.id}: {function.log_group.log_group_name}.")
        caught = self._failures.caught(error, what="''", where=log)
        return task.add_catch(self._failures.explain, **caught)


def _training_failed(job_name: str) -> dict[str, str]:
    return {
        "error": "TrainingFailed",
        "what": f"'The training job ' & {job_name} & ' failed:'",
        "where": f"'Its log: the streams ' & {job_name} & '/* of the log group {TRAINING_LOG_GROUP}.'",
    }


def _result(evaluation: str, *, promoted: bool, because: str, endpoint: str) -> dict[str, Any]:
    """Return the output of an execution; `evaluation` and what isn't a bool are JSONata expressions."""
    return {
        "training_job": evaluated("$job.name"),
        "model_data_url": evaluated("$job.model_data_url"),
        "metrics": evaluated(f"{evaluation}.metrics"),
        "promoted": promoted,
        "reason": evaluated(f"({because}) & {evaluation}.reason"),
        "endpoint": evaluated(endpoint),
    }


def _condition(expression: str) -> sfn.Condition:
    return sfn.Condition.jsonata(evaluated(expression))


def _longest_seconds(settings: Settings) -> int:
    """Return when an execution is given up: after its training, two promotions to wait for and its own."""
    return task_seconds(settings) + 3 * settings.promotion_timeout_seconds + 3600
