"""The state machine: inspect the dataset, train the candidates, evaluate, promote, test, tell."""

import math
from typing import Final, cast

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.common.log_groups import log_group
from stacks.common.resource_names import logical_id
from stacks.config.settings import Settings
from stacks.functions.lambda_functions import Functions
from stacks.jsonata import condition, evaluated
from stacks.serving_calls import ServingCalls
from stacks.training_job import TRAINING_LOG_GROUP, task_seconds
from stacks.workflow_failures import Failures, failure
from stacks.workflow_functions import PAYLOAD, caught, invoke
from stacks.workflow_outcomes import Outcomes
from stacks.workflow_promotion import Promotion, clock
from stacks.workflow_return import Return
from stacks.workflow_training import Training

# InspectDataset refuses more; a test holds the two numbers together.
MOST_CANDIDATES: Final = 40


class TrainingWorkflow(Construct):
    """What a person starts from the console with ``{}``.

    JSONata throughout: what later states read are the variables `input` (InspectDataset's result), `runs`
    (Training's), `evaluation` and `job` (EvaluateModel's), `serving` and `deadline` (Promotion's), `failure`
    and `cause` (Failures').

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
        self._functions = functions
        self._failures = Failures(
            self, "Failures", settings=settings, topic=topic, job_logs=TRAINING_LOG_GROUP
        )
        self._outcomes = Outcomes(self, "Outcomes", settings=settings, topic=topic)
        self._training = Training(
            self,
            "Training",
            settings=settings,
            image_uri=image_uri,
            data_bucket=data_bucket,
            role=training_role,
            failures=self._failures,
        )
        self._calls = ServingCalls(
            self,
            "Serving",
            serving_stack_name=serving_stack_name,
            hosting_deploy_role=hosting_deploy_role,
        )
        # Step Functions delivers to groups with this prefix without a policy for each of them.
        self.log_group = log_group(
            self, "Logs", settings=settings, name=f"/aws/vendedlogs/states/{settings.prefix}"
        )
        self._not_promoted = self._was_promotion_required()
        self.state_machine = self._machine(self._chain())

    def _chain(self) -> sfn.IChainable:
        promotion = Promotion(
            self, "Promotion", settings=self._settings, calls=self._calls, failures=self._failures
        )
        evaluate = self._evaluate()
        evaluate.next(self._is_worth_promoting(promotion))
        promotion.connect(evaluate_again=evaluate, promoted=self._test(), replaced=self._not_promoted)
        self._training.connect(evaluate)
        return self._inspect().next(self._what_is_asked(evaluate))

    def _machine(self, start: sfn.IChainable) -> sfn.StateMachine:
        machine = sfn.StateMachine(
            self,
            "Machine",
            comment="Trains topic models, compares the best with the one that serves, promotes the better.",
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
        for statement in (*self._training.statements, *self._calls.statements):
            machine.add_to_role_policy(statement)
        return machine

    def _inspect(self) -> sfn.TaskStateBase:
        task = invoke(
            self,
            "InspectDataset",
            "Checks the input, the dataset, quotas and instance types before any money is spent.",
            function=self._functions.inspect_dataset,
            payload={
                "input": "$states.input",
                "execution_name": "$states.context.Execution.Name",
                "execution_arn": "$states.context.Execution.Id",
            },
            assign={"input": evaluated(PAYLOAD), "runs": []},
            output=evaluated(f"{PAYLOAD}.report"),
        )
        function = self._functions.inspect_dataset
        told = caught(self._failures, function, "InvalidInput", says="InvalidInputError")
        return task.add_catch(self._failures.explain, **told)

    def _what_is_asked(self, evaluate: sfn.IChainable) -> sfn.Choice:
        choice = sfn.Choice.jsonata(
            self, "WhatIsAsked", comment="A dry run, an earlier model by its name, or training."
        )
        choice.when(condition("$input.dry_run"), self._outcomes.checked)
        choice.when(condition("$type($input.promote_training_job) = 'string'"), evaluate)
        return choice.otherwise(self._training.begin)

    def _evaluate(self) -> sfn.TaskStateBase:
        job = {
            "name": evaluated(f"{PAYLOAD}.training_job"),
            "model_data_url": evaluated(f"{PAYLOAD}.model_data_url"),
        }
        task = invoke(
            self,
            "EvaluateModel",
            "Chooses the best candidate, and compares it with the model that serves.",
            function=self._functions.evaluate_model,
            payload={
                "input": "$input",
                "runs": "$runs",
                "execution": "{'arn': $states.context.Execution.Id, 'name': $states.context.Execution.Name}",
            },
            assign={"evaluation": evaluated(PAYLOAD), "job": job},
        )
        function = self._functions.evaluate_model
        told = caught(self._failures, function, "EvaluationFailed", says="EvaluationError")
        return task.add_catch(self._failures.explain, **told)

    def _is_worth_promoting(self, promotion: Promotion) -> sfn.Choice:
        choice = sfn.Choice.jsonata(
            self, "IsWorthPromoting", comment="The rules are a table: docs/promotion-rules.md."
        )
        worth = condition("$input.promote and $evaluation.promote")
        choice.when(worth, promotion.begin, assign=clock(self._settings))
        return choice.otherwise(self._not_promoted)

    def _was_promotion_required(self) -> sfn.Choice:
        choice = sfn.Choice.jsonata(
            self, "WasPromotionRequired", comment="Nothing promoted is a success, unless it was asked for."
        )
        refused = failure(
            "NotPromoted",
            what="'The model of ' & $job.name & ' was not promoted, and require_promotion is true:'",
            said="$evaluation.reason",
            where="'Its evaluation: evaluations/' & $job.name & '/evaluation.json in the data bucket.'",
        )
        choice.when(
            condition("$input.require_promotion"), self._failures.explain, assign={"failure": refused}
        )
        return choice.otherwise(self._outcomes.not_promoted)

    def _test(self) -> sfn.IChainable:
        task = invoke(
            self,
            "SmokeTest",
            "Asks the endpoint for one document's topics: does the new model answer, and sensibly?",
            function=self._functions.smoke_test,
            payload={
                "document": "$input.smoke_test",
                "num_topics": "$evaluation.num_topics",
                "model_data_url": "$job.model_data_url",
            },
            assign=None,
        )
        back = Return(self, "Return", settings=self._settings, calls=self._calls, failures=self._failures)
        log = f"The log of the endpoint: /aws/sagemaker/Endpoints/{self._settings.prefix}. "
        failed = caught(
            self._failures,
            self._functions.smoke_test,
            "SmokeTestFailed",
            says="SmokeTestError",
            also=log,
        )
        task.add_catch(back.begin, assign=back.on_the_way(failed["assign"]))
        back.connect(test_again=task, replaced=self._not_promoted)
        return task.next(self._outcomes.promoted)


def _longest_seconds(settings: Settings) -> int:
    """Return when an execution is given up: after all its training, two promotions to wait for, its own."""
    rounds = math.ceil(MOST_CANDIDATES / settings.training_jobs_at_once)
    return rounds * task_seconds(settings) + 3 * settings.promotion_timeout_seconds + 3600
