"""The second state machine: score a whole dataset, or a prefix, in bulk."""

from typing import Any, Final, cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks import transform_job
from stacks.common.log_groups import log_group
from stacks.common.resource_names import logical_id
from stacks.config.settings import Settings
from stacks.functions.lambda_functions import Functions
from stacks.functions.transform_functions import MAX_ATTEMPTS as ATTEMPTS
from stacks.jsonata import condition, evaluated
from stacks.transform_job import (
    JOB_NAME,
    LONGEST_JOB_SECONDS,
    MODEL_NAME,
    TRANSFORM_LOG_GROUP,
)
from stacks.workflow_attempts import will_it_pass
from stacks.workflow_failures import Failures, failure, job_caught, job_failed, where_to_look
from stacks.workflow_functions import PAYLOAD, caught, invoke

_JOB: Final = ("transform", JOB_NAME, TRANSFORM_LOG_GROUP)


class TransformWorkflow(Construct):
    """What a person starts from the console with ``{}`` to score the test documents, or all there are.

    JSONata throughout: what later states read are the variables `input` (InspectTransform's result),
    `attempt`, and Failures' `failure` and `cause`.

    Attributes
    ----------
    state_machine
        The machine.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        data_bucket: s3.IBucket,
        functions: Functions,
        role: iam.IRole,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self._data_bucket = data_bucket
        self._failures = Failures(
            self, "Failures", settings=settings, topic=topic, job_logs=TRANSFORM_LOG_GROUP
        )
        start = self._inspect(functions.inspect_transform)
        start.next(self._score(role, self._tell(topic)))
        self.state_machine = self._machine(start, role)
        _clean_up(self, self.state_machine, functions.delete_model)

    def _machine(self, start: sfn.IChainable, role: iam.IRole) -> sfn.StateMachine:
        # Step Functions delivers to groups with this prefix without a policy for each of them.
        logs = log_group(
            self,
            "Logs",
            settings=self._settings,
            name=f"/aws/vendedlogs/states/{self._settings.prefix}-transform",
        )
        machine = sfn.StateMachine(
            self,
            "Machine",
            comment="Scores documents in bulk, with the model in service or the one of a training job.",
            definition_body=sfn.DefinitionBody.from_chainable(start),
            query_language=sfn.QueryLanguage.JSONATA,
            logs=sfn.LogOptions(destination=logs, level=sfn.LogLevel.ALL, include_execution_data=True),
            tracing_enabled=True,
            timeout=Duration.seconds(ATTEMPTS * LONGEST_JOB_SECONDS + 3600),
        )
        resource = cast("sfn.CfnStateMachine", machine.node.default_child)
        resource.override_logical_id(logical_id(self._settings, "MachineOfTransforms"))
        for statement in transform_job.transform_statements(Stack.of(self), self._settings, role):
            machine.add_to_role_policy(statement)
        return machine

    def _inspect(self, function: lambda_.Function) -> sfn.TaskStateBase:
        task = invoke(
            self,
            "InspectTransform",
            "Is everything there that was asked for, and does it go together? Nothing is spent yet.",
            function=function,
            payload={"input": "$states.input", "execution_arn": "$states.context.Execution.Id"},
            assign={"input": evaluated(PAYLOAD), "attempt": 0},
        )
        told = caught(self._failures, function, "InvalidInput", says="InvalidInputError")
        return task.add_catch(self._failures.explain, **told)

    def _score(self, role: iam.IRole, scored: sfn.IChainable) -> sfn.IChainable:
        """Return the states from the model's creation to its deletion."""
        give_up = self._delete_after_failure()
        create = self._state("CreateModel", transform_job.create_model_state(self._settings, role))
        transform = self._state("Transform", transform_job.transform_state(self._settings, self._data_bucket))
        what = f"'The model ' & {MODEL_NAME} & ' of ' & $input.model_data_url & ' could not be created:'"
        create.add_catch(
            self._is_model_there(transform, self._again("Model", create, give_up)),
            **self._failures.caught("TransformFailed", what=what, where="''"),
        )
        transform.add_catch(
            self._again("Transform", transform, give_up),
            **self._failures.caught("TransformFailed", **job_caught(*_JOB)),
        )
        create.next(transform).next(self._is_completed(self._delete(scored), give_up))
        return create

    def _again(self, asked: str, again: sfn.IChainable, give_up: sfn.IChainable) -> sfn.Choice:
        return will_it_pass(self, asked=asked, of="failure", attempts=ATTEMPTS, again=again, given_up=give_up)

    def _is_model_there(self, there: sfn.IChainable, otherwise: sfn.IChainable) -> sfn.Choice:
        choice = sfn.Choice.jsonata(
            self,
            "IsModelThere",
            comment="An attempt whose answer was lost may have made it; its name is this run's alone.",
        )
        exists = condition("$contains($failure.said, 'already existing model')")
        return choice.when(exists, there, assign={"attempt": 0}).otherwise(otherwise)

    def _is_completed(self, completed: sfn.IChainable, give_up: sfn.IChainable) -> sfn.Choice:
        choice = sfn.Choice.jsonata(
            self,
            "IsTransformCompleted",
            comment="Whether a job that was stopped is an error of its task isn't documented.",
            assign={
                "failure": failure("TransformFailed", said="$string($states.input)", **job_failed(*_JOB))
            },
        )
        choice.when(condition("$states.input.TransformJobStatus = 'Completed'"), completed)
        return choice.otherwise(give_up)

    def _delete(self, following: sfn.IChainable) -> sfn.CustomState:
        task = self._state(
            "DeleteModel",
            transform_job.delete_model_state("The results are there; the run's model isn't needed.", {}),
        )
        what = (
            f"'The documents are scored, and the results are under ' & {self._results} & '/, but the model ' "
            f"& {MODEL_NAME} & ' could not be deleted:'"
        )
        caught = self._failures.caught("TransformFailed", what=what, where="''")
        task.add_catch(self._failures.explain, **caught)
        task.next(following)
        return task

    def _delete_after_failure(self) -> sfn.CustomState:
        task = self._state(
            "DeleteModelAfterFailure",
            transform_job.delete_model_state("No run leaves its model; what failed is told of next.", {}),
        )
        task.add_catch(self._failures.explain)  # There may be none; and it must not hide the failure.
        task.next(self._failures.explain)
        return task

    def _tell(self, topic: sns.ITopic) -> sfn.TaskStateBase:
        scored = sfn.Succeed.jsonata(
            self, "Scored", comment="The output says where the results are, and what made them."
        )
        number = "$input.documents = null ? '' : ' (' & $input.documents & ' documents)'"
        message = (
            f"'The ' & $input.objects & ' objects under ' & $input.input & ({number}) & ' are scored by the "
            f"model of ' & $input.training_job & '. Results: ' & {self._results} & '/ -- line i of "
            f"<object>.out is document i of <object>.' & {where_to_look(self._settings, TRANSFORM_LOG_GROUP)}"
        )
        tell = tasks.SnsPublish.jsonata(
            self,
            "TellOfResults",
            comment="Where the results are, to whoever subscribed to the topic.",
            topic=topic,
            task_timeout=sfn.Timeout.duration(Duration.minutes(1)),
            subject=f"{self._settings.prefix}: documents scored",
            message=sfn.TaskInput.from_text(evaluated(message)),
            outputs=self._output(),
        )
        # A notification that can't be sent doesn't undo the results.
        tell.add_catch(scored, outputs=self._output())
        tell.next(scored)
        return tell

    @property
    def _results(self) -> str:
        return transform_job.results(self._data_bucket)

    def _output(self) -> dict[str, str]:
        said = ("training_job", "model_data_url", "input", "objects", "documents")
        return {
            "transform_job": evaluated(JOB_NAME),
            "output": evaluated(f"{self._results} & '/'"),
            **{name: evaluated(f"$input.{name}") for name in said},
        }

    def _state(self, name: str, state_json: dict[str, Any]) -> sfn.CustomState:
        return sfn.CustomState(self, name, state_json=state_json)


def _clean_up(scope: Construct, machine: sfn.StateMachine, function: lambda_.Function) -> None:
    """Let a function take away what an execution leaves that reaches no state of its own any more."""
    events.Rule(
        scope,
        "CleanUp",
        description="Deletes the model of an execution that was aborted or timed out, and stops its job",
        event_pattern=events.EventPattern(
            source=["aws.states"],
            detail_type=["Step Functions Execution Status Change"],
            detail={"stateMachineArn": [machine.state_machine_arn], "status": ["ABORTED", "TIMED_OUT"]},
        ),
        targets=[targets.LambdaFunction(function)],
    )
