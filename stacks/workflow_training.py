"""The states that train: every candidate in a job of its own, several at once, each until it is settled."""

from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.config.settings import Settings
from stacks.jsonata import condition, evaluated
from stacks.training_job import TRAINING_LOG_GROUP, train_state, training_statements
from stacks.workflow_attempts import will_it_pass
from stacks.workflow_failures import Failures, caught_failure, explanation, failure, job_caught, job_failed

# A name can't be used twice: each attempt has its own.
_JOB_NAME: Final = "$candidate.name & '-' & $attempt"
ATTEMPTS: Final = 4
_JOB: Final = ("training", _JOB_NAME, TRAINING_LOG_GROUP)


class Training(Construct):
    """A Map over the candidates of an execution; most have one.

    A candidate that fails doesn't sink the rest: the variable `runs` tells of each, in their order, what came
    of it. The states inside have variables of their own: `candidate`, `attempt`, `trouble`, `sentence`.

    Attributes
    ----------
    begin
        Its first state, to which the executions that train are led.
    statements
        For the state machine's role.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        image_uri: str,
        data_bucket: s3.IBucket,
        role: iam.IRole,
        failures: Failures,
    ) -> None:
        super().__init__(scope, id_)
        self._failures = failures
        train = sfn.CustomState(
            self,
            "Train",
            state_json=train_state(
                settings, job_name=_JOB_NAME, image_uri=image_uri, data_bucket=data_bucket, role=role
            ),
        )
        self.begin = sfn.Map.jsonata(
            self,
            "TrainCandidates",
            comment="A training job for each combination of num_topics and alpha0, several at a time.",
            items=sfn.ProvideItems.jsonata(evaluated("$input.candidates")),
            # What the setting allows and the quota holds: SageMaker refuses more, it lets none wait.
            jsonata_max_concurrency=evaluated("$input.report.training.max_concurrency"),
            assign={"runs": evaluated("$states.result")},
            outputs={},
        )
        self.begin.item_processor(self._each(train))
        self.begin.add_catch(
            failures.explain,
            **failures.caught("TrainingFailed", what="'The candidates could not be trained:'", where="''"),
        )
        self.statements = training_statements(Stack.of(self), settings, role)

    def connect(self, trained: sfn.IChainable) -> None:
        """Lead on to `trained` when at least one candidate has a model."""
        choice = sfn.Choice.jsonata(
            self,
            "DidAnyTrain",
            comment="One model is enough to go on with.",
            assign={"failure": _none_trained()},
        )
        choice.when(condition("$count($runs[completed]) > 0"), trained)
        self.begin.next(choice.otherwise(self._failures.explain))

    def _each(self, train: sfn.CustomState) -> sfn.IChainable:
        given_up = self._pass(
            "Untrained",
            "What is told of a candidate that has no model.",
            outputs=_run(completed=False, reason=evaluated("$sentence")),
        )
        explain = explanation(self, "ExplainJob", of="trouble", into="sentence", following=given_up)
        failed = will_it_pass(self, asked="", of="trouble", attempts=ATTEMPTS, again=train, given_up=explain)
        train.add_catch(failed, assign={"trouble": caught_failure("TrainingFailed", **job_caught(*_JOB))})
        train.next(self._is_completed(explain))
        begin = self._pass(
            "FirstAttempt",
            "Each attempt is a job of its own name.",
            assign={"candidate": evaluated("$states.input"), "attempt": 0},
        )
        return begin.next(train)

    def _is_completed(self, explain: sfn.IChainable) -> sfn.Choice:
        trained = self._pass(
            "Trained",
            "What is told of a candidate that has a model.",
            outputs=_run(
                completed=True,
                model_data_url=evaluated("$states.input.ModelArtifacts.S3ModelArtifacts"),
            ),
        )
        choice = sfn.Choice.jsonata(
            self,
            "IsTrainingCompleted",
            comment="Whether a job that was stopped is an error of its task isn't documented.",
            assign={"trouble": failure("TrainingFailed", said="$string($states.input)", **job_failed(*_JOB))},
        )
        choice.when(condition("$states.input.TrainingJobStatus = 'Completed'"), trained)
        return choice.otherwise(explain)

    def _pass(self, name: str, comment: str, **more: Any) -> sfn.Pass:
        return sfn.Pass.jsonata(self, name, comment=comment, **more)


def _run(**outcome: object) -> dict[str, object]:
    return {
        "training_job": evaluated(_JOB_NAME),
        "hyperparameters": evaluated("$candidate.hyperparameters"),
        **outcome,
    }


def _none_trained() -> dict[str, str]:
    return failure(
        "TrainingFailed",
        what="$count($runs) = 1 ? '' : 'None of the ' & $count($runs) & ' candidates has been trained.'",
        said="$join($runs.reason, ' ')",
        where="''",
    )
