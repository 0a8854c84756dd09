"""Evaluates the models that an execution trained, or the one that it names.

The steps are: parse the event; load the models and the one that serves; compare them; decide; render the
evaluations, the summary and the result.
"""

from typing import Any

import boto3

from common.bucket import Bucket
from common.resource_names import evaluation_key
from evaluate_model.candidate import Candidate, load_candidate, score
from evaluate_model.comparison import compare
from evaluate_model.decision import Decision, Rules, decide, decide_named
from evaluate_model.environment import Environment
from evaluate_model.evaluation import Evaluation, reason_not_chosen, render_evaluation, render_runs
from evaluate_model.incumbent import Incumbent, load_incumbent
from evaluate_model.metric import put_metric
from evaluate_model.request import Request, parse
from evaluate_model.summary import render_result, render_summary
from evaluate_model.sweep import Sweep, load_sweep
from evaluate_model.topics.diagnostics import with_words
from evaluate_model.topics.model_reader import read_diagnostics
from evaluate_model.topics.sentences import warnings
from evaluate_model.topics.vocabulary import (
    dataset_folder,
    evaluation_folder,
    keep_words,
    read_vocabulary,
)

_S3 = boto3.client("s3")
_SAGEMAKER = boto3.client("sagemaker")
_CLOUDFORMATION = boto3.client("cloudformation")
_CLOUDWATCH = boto3.client("cloudwatch")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Write the evaluations and return the result on which the state machine decides.

    Parameters
    ----------
    event
        ``input``, normalised by InspectDataset; ``runs``, the training jobs that ended; and ``execution``,
        with its arn and name.

    Raises
    ------
    EvaluationError
        When no model can be evaluated.
    """
    environment = Environment.read()
    request = parse(event)
    bucket = Bucket(environment.data_bucket, _S3)
    if request.promote_training_job:
        return _evaluate_named(request.promote_training_job, environment, bucket)
    return _evaluate_runs(request, environment, bucket)


def _evaluate_runs(request: Request, environment: Environment, bucket: Bucket) -> dict[str, Any]:
    """Choose the best run, and decide whether it replaces the model that serves."""
    dataset = request.dataset or ""
    vocabulary = read_vocabulary(bucket, dataset_folder(dataset))
    sweep = load_sweep(_SAGEMAKER, bucket, request.runs, vocabulary)
    incumbent = load_incumbent(_CLOUDFORMATION, environment.serving_stack, bucket)
    rules = Rules(request.minimum_pwll, environment.pwll_tolerance, environment.when_not_comparable)
    evaluations = {
        candidate.training_job: _evaluate(candidate, sweep, request.test_split, incumbent, rules)
        for candidate in sweep.completed
    }
    runs = render_runs(request.runs, sweep)
    for training_job, evaluation in evaluations.items():
        words = keep_words(bucket, dataset, training_job)
        document = render_evaluation(evaluation, request, runs, incumbent) | words
        bucket.write_json(evaluation_key(training_job), document)
    note = put_metric(_CLOUDWATCH, environment, score(sweep.chosen))
    chosen = evaluations[sweep.chosen.training_job]
    diagnostics = sweep.diagnostics[sweep.chosen.training_job]
    summary = render_summary(
        sweep.chosen, chosen.decision, diagnostics, chosen.warnings, runs=runs, note=note
    )
    return render_result(sweep.chosen, chosen.decision, incumbent, runs, summary, diagnostics)


def _evaluate_named(training_job: str, environment: Environment, bucket: Bucket) -> dict[str, Any]:
    """Read the model that the execution names, so that a broken one isn't promoted; its evaluation stays."""
    candidate = load_candidate(_SAGEMAKER, training_job)
    vocabulary = read_vocabulary(bucket, evaluation_folder(training_job))
    diagnostics = with_words(read_diagnostics(bucket, candidate.model_data_url), vocabulary)
    incumbent = load_incumbent(_CLOUDFORMATION, environment.serving_stack, bucket)
    decision = decide_named(candidate, incumbent)
    summary = render_summary(candidate, decision, diagnostics, warnings(diagnostics))
    return render_result(candidate, decision, incumbent, [], summary, diagnostics)


def _evaluate(
    candidate: Candidate, sweep: Sweep, test_split: str | None, incumbent: Incumbent | None, rules: Rules
) -> Evaluation:
    """Compare a candidate with the incumbent, and decide about it; only the chosen one can be promoted."""
    comparison = compare(candidate, test_split, incumbent)
    if candidate is sweep.chosen:
        decision = decide(candidate, comparison, rules)
    else:
        decision = Decision(promote=False, reason=reason_not_chosen(sweep, candidate))
    diagnostics = sweep.diagnostics.get(candidate.training_job)
    return Evaluation(
        candidate, comparison, decision, warnings(diagnostics) if diagnostics else [], diagnostics
    )
