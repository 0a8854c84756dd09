"""Evaluates the models that an execution trained, or the one that it names.

The steps are: parse the event; load the models and the one that serves; compare them; decide; render the
evaluations, the summary and the result.
"""

from typing import Any

import boto3

from common.bucket import Bucket
from common.resource_names import evaluation_key
from evaluate_model.candidate import load_candidate
from evaluate_model.environment import Environment
from evaluate_model.evaluation import evaluate, render_evaluation, render_runs
from evaluate_model.incumbent import Incumbent, load_incumbent
from evaluate_model.metric import put_metrics
from evaluate_model.request import Request, parse
from evaluate_model.rules.comparison import Comparison, Serving, compare
from evaluate_model.rules.decision import Rules, decide, decide_named
from evaluate_model.rules.selection import EvaluatedModel
from evaluate_model.summary import render_result, render_summary
from evaluate_model.sweep import Sweep, load_sweep
from evaluate_model.topics.diagnostics import with_words
from evaluate_model.topics.identity import Identities, identify
from evaluate_model.topics.model_reader import read_model
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
    incumbent = load_incumbent(_CLOUDFORMATION, environment.serving_stack, bucket)
    sweep = load_sweep(_SAGEMAKER, bucket, request, vocabulary, incumbent)
    chosen = sweep.selection.chosen
    comparison = _compare(chosen, sweep, request, vocabulary, incumbent, bucket)
    decision = decide(
        chosen,
        comparison,
        Rules(
            request.minimum_pwll,
            request.accept_new_vocabulary,
            environment.pwll_tolerance,
            environment.when_not_comparable,
        ),
    )
    identities = _identify(chosen, sweep, comparison)
    runs = render_runs(request.runs, sweep)
    for candidate in sweep.completed:
        evaluation = evaluate(candidate, sweep, comparison, decision)
        words = keep_words(bucket, dataset, candidate.training_job)
        document = render_evaluation(evaluation, request, runs, incumbent, sweep.sample) | words
        if evaluation.model is chosen:
            document["identities"] = identities.to_dict()
        bucket.write_json(evaluation_key(candidate.training_job), document)
    note = put_metrics(_CLOUDWATCH, environment, chosen)
    summary = render_summary(
        chosen.candidate,
        decision,
        chosen.diagnostics,
        runs=runs,
        note=note,
        further_warnings=sweep.warnings,
        identities=identities,
    )
    return render_result(
        chosen.candidate,
        decision,
        incumbent,
        chosen.diagnostics,
        summary,
        runs=runs,
        completion=chosen.score.per_word if chosen.score else None,
        further_warnings=sweep.warnings,
        identities=identities,
    )


def _identify(chosen: EvaluatedModel, sweep: Sweep, comparison: Comparison) -> Identities:
    """Return the identities of the chosen model's topics, some of which continue the serving model's."""
    serving = sweep.incumbent_model
    if comparison.incumbent is None or serving is None or comparison.case == "other vocabulary":
        return Identities.of_first(len(chosen.topics))
    known = Identities.on_record(comparison.incumbent.evaluation, len(serving.topics))
    return identify(chosen.topics, serving.topics, known)


def _compare(
    chosen: EvaluatedModel,
    sweep: Sweep,
    request: Request,
    vocabulary: list[str] | None,
    incumbent: Incumbent | None,
    bucket: Bucket,
) -> Comparison:
    if incumbent is None:
        return compare(chosen, vocabulary, request.test_split, None)
    job, model = incumbent.training_job, sweep.incumbent_model
    serving = Serving(
        incumbent,
        sweep.incumbent_score,
        read_vocabulary(bucket, evaluation_folder(job)) if job else None,
        model.vocabulary_size if model else incumbent.feature_dim,
    )
    return compare(chosen, vocabulary, request.test_split, serving)


def _evaluate_named(training_job: str, environment: Environment, bucket: Bucket) -> dict[str, Any]:
    """Read the model that the execution names, so that a broken one isn't promoted; its evaluation stays."""
    candidate = load_candidate(_SAGEMAKER, training_job)
    vocabulary = read_vocabulary(bucket, evaluation_folder(training_job))
    diagnostics = with_words(read_model(bucket, candidate.model_data_url).diagnostics, vocabulary)
    incumbent = load_incumbent(_CLOUDFORMATION, environment.serving_stack, bucket)
    decision = decide_named(candidate, incumbent)
    summary = render_summary(candidate, decision, diagnostics)
    return render_result(candidate, decision, incumbent, diagnostics, summary)
