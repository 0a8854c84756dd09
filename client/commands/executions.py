"""Commands that start and follow executions, and list the evaluated models."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import (
    MultiValueCommand,
    NumTopics,
    json_option,
    no_watch_option,
    pass_deployment,
    verbose_option,
)
from client.commands.text import SOURCE_HELP, prepare_corpus, stem
from client.commands.text_options import corpus_options
from client.errors import UserError
from client.output import print_json, print_message, print_table
from data_prep.progress import Progress, spinner

if TYPE_CHECKING:
    from client.deployment import Deployment
    from data_prep.text.settings import TextSettings
    from data_prep.text.sources import SourceOptions

_SWEEP = "Several values: one candidate per combination, the best is promoted."


@click.command(
    cls=MultiValueCommand,
    help=f"""Train, evaluate and promote a model.

    Starts an execution of the training state machine, and follows it. With SOURCE, its documents are prepared
    and uploaded first. {SOURCE_HELP}

    The deployment's settings apply for every option that is not given.
    """,
)
@click.argument("source", required=False)
@click.option("--dataset", help="The dataset in the data bucket; with SOURCE, its new name.")
@click.option(
    "--num-topics",
    type=NumTopics(),
    multiple=True,
    metavar="N...|auto",
    help=f"The number of topics. {_SWEEP} auto: 2 to 100, the fewest that predict as well as the best.",
)
@click.option(
    "--alpha0",
    type=float,
    multiple=True,
    metavar="X...",
    help=f"The sum of the Dirichlet prior's parameters. {_SWEEP}",
)
@click.option("--max-restarts", type=int, help="Restarts of the alternating least squares (ALS).")
@click.option("--max-iterations", type=int, help="Iterations of ALS.")
@click.option("--tol", type=float, help="Error tolerance of ALS.")
@click.option("--minimum-pwll", type=float, help="The least test:pwll that is promoted.")
@click.option(
    "--no-promote", "promote", is_flag=True, flag_value=False, default=None, help="Only train and evaluate."
)
@click.option(
    "--accept-new-vocabulary",
    is_flag=True,
    default=None,
    help="Promote even if the model in service has other words.",
)
@click.option("--require-promotion", is_flag=True, default=None, help="Fail if the model is not promoted.")
@click.option(
    "--dry-run", is_flag=True, default=None, help="Only check the input, and report the maximum cost."
)
@no_watch_option
@verbose_option
@json_option
@pass_deployment
@corpus_options
def train(  # noqa: D103 -- its help is above
    deployment: "Deployment",
    *,
    source: str | None,
    source_options: "SourceOptions",
    settings: "TextSettings",
    split: dict[str, Any],
    no_watch: bool,
    verbose: bool,
    as_json: bool,
    **fields: Any,
) -> int:
    if source:
        from client.executions.upload_text import upload_text

        fields["dataset"] = fields["dataset"] or dataset_name(source)
        with (
            Progress() as progress,
            prepare_corpus(source, source_options, settings, split, progress) as corpus,
        ):
            print_message(upload_text(deployment, corpus, fields["dataset"], source, progress))
    return _start(deployment, fields, no_watch=no_watch, verbose=verbose, as_json=as_json)


@click.command
@click.argument("training_job")
@no_watch_option
@verbose_option
@json_option
@pass_deployment
def promote(
    deployment: "Deployment", *, training_job: str, no_watch: bool, verbose: bool, as_json: bool
) -> int:
    """Promote an earlier model without training.

    Starts an execution that promotes the model of TRAINING_JOB (see history) and tests the endpoint.
    """
    fields = {"promote_training_job": training_job}
    return _start(deployment, fields, no_watch=no_watch, verbose=verbose, as_json=as_json)


@click.command
@json_option
@pass_deployment
def history(deployment: "Deployment", *, as_json: bool) -> int:
    """List every evaluated model, the newest first."""
    from client.executions.history import list_models, table

    with spinner("Reading evaluations"):
        models = list_models(deployment)
    if as_json:
        print_json([asdict(model) for model in models])
    else:
        print_table(table(models))
    return 0


@click.command
@click.option("--dataset", help="The dataset in the data bucket.")
@click.option("--split", type=click.Choice(["test", "train"]), help="Its split (default: test).")
@click.option("--prefix", help="A folder of the data bucket instead, such as datasets/mine/.")
@click.option("--training-job", help="The job whose model scores (default: the model in service).")
@no_watch_option
@verbose_option
@json_option
@pass_deployment
def transform(
    deployment: "Deployment", *, no_watch: bool, verbose: bool, as_json: bool, **fields: Any
) -> int:
    """Score documents in bulk, without the endpoint.

    Scores a split of a dataset, or a folder of .pbr, .rec, .data, .csv, .jsonl or .txt files, and prints
    where the results are: line i of <object>.out belongs to document i of <object>.
    """
    from client.executions.start import TRANSFORM_MACHINE_OUTPUT

    return _start(
        deployment,
        fields,
        no_watch=no_watch,
        verbose=verbose,
        as_json=as_json,
        machine_output=TRANSFORM_MACHINE_OUTPUT,
    )


@click.command
@click.argument("execution", required=False)
@pass_deployment
def stop(deployment: "Deployment", *, execution: str | None) -> int:
    """Stop an execution and its running job.

    EXECUTION is its ARN (default: the latest training execution). The model in service stays.
    """
    from client.executions.start import stop as stop_execution

    execution = _execution_or_latest(deployment, execution)
    stop_execution(deployment, execution)
    print_message(f"Stopped {execution}. The model in service stays.")
    return 0


@click.command
@click.argument("execution", required=False)
@verbose_option
@json_option
@pass_deployment
def watch(deployment: "Deployment", *, execution: str | None, verbose: bool, as_json: bool) -> int:
    """Follow an execution: its states and its jobs' logs.

    EXECUTION is its ARN (default: the latest training execution).
    """
    followed = _execution_or_latest(deployment, execution)
    return _follow(deployment, followed, verbose=verbose, as_json=as_json)


def _execution_or_latest(deployment: "Deployment", execution: str | None) -> str:
    from client.executions.start import latest

    execution = execution or latest(deployment)
    if execution is None:
        raise UserError(f"{deployment.prefix} has no execution yet: run python -m client train.")
    return execution


def dataset_name(source: str) -> str:
    """Return a name for the dataset of a source: what its name has of a-z, 0-9 and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", stem(source).lower()).strip("-")[:63].strip("-") or "documents"


def _start(
    deployment: "Deployment",
    fields: Mapping[str, Any],
    *,
    no_watch: bool,
    verbose: bool,
    as_json: bool,
    **machine: str,
) -> int:
    from client.executions.start import start

    given = {key: _scalar_or_list(value) for key, value in fields.items() if value not in {None, ()}}
    execution = start(deployment, given, **machine)
    print_message(f"started {execution}")
    if not no_watch:
        return _follow(deployment, execution, verbose=verbose, as_json=as_json)
    if as_json:
        print_json({"execution": execution})
    else:
        print(execution)
    return 0


def _scalar_or_list(value: Any) -> Any:
    """Turn the values of a repeatable option into an execution field: one value is no sweep."""
    if not isinstance(value, tuple):
        return value
    return value[0] if len(value) == 1 else list(value)


def _follow(deployment: "Deployment", execution: str, *, verbose: bool, as_json: bool) -> int:
    from client.executions.watch import describe_result, watch

    result = watch(deployment, execution, logs=verbose)
    for line in describe_result(result):
        print_message(line)
    if as_json:
        print_json(asdict(result))
    elif result.succeeded:
        print_json(result.output, indent=2)
    return 0 if result.succeeded else 1
