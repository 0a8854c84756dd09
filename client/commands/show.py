"""The command that shows the topics of a model, of a folder on this machine or of a training job."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import json_option, pass_deployment_factory
from client.errors import UserError
from client.output import print_json, print_lines, print_message
from data_prep.progress import spinner

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.deployment import Deployment
    from client.executions.trained_model import TrainedModel

_RANKINGS = ("probability", "relevance", "frex", "lift")


@click.command
@click.argument("model", required=False)
@click.option("--words", type=click.IntRange(min=1), default=10, show_default=True, help="Words per topic.")
@click.option(
    "--rank",
    type=click.Choice(_RANKINGS),
    default="probability",
    show_default=True,
    help="By probability in the topic; by relevance, frex or lift, which prefer words of this topic alone.",
)
@click.option("--topic", type=int, multiple=True, help="Only this topic; repeatable.")
@click.option(
    "--documents",
    type=click.IntRange(min=0),
    default=0,
    help="Also the N documents with the largest share of each topic.",
)
@json_option
@pass_deployment_factory
def show(
    deploy: "Callable[[], Deployment]",
    *,
    model: str | None,
    words: int,
    rank: Any,
    topic: tuple[int, ...],
    documents: int,
    as_json: bool,
) -> int:
    """Show the topics of a model: their shares and words.

    MODEL is a folder that learn wrote, or a training job in AWS (see history); by default the model in
    service. The shares of a folder's topics are those of the words of its documents, the shares of a training
    job's topics those of the prior.
    """
    from client.local_models.model_folder import ModelFolder
    from client.local_models.topics import describe_topics, topic_lines
    from client.local_models.typical_documents import typical_documents

    found: ModelFolder | TrainedModel = (
        ModelFolder(Path(model)) if model and _is_folder(model) else _trained_model(deploy, model, documents)
    )
    topics = describe_topics(found.model, found.vocabulary, found.shares, words, rank)
    unknown = [number for number in topic if not 0 <= number < len(topics)]
    if unknown:
        raise UserError(f"There is no topic {unknown[0]}: the model has the topics 0 to {len(topics) - 1}.")
    chosen = [each for each in topics if not topic or each.id in topic]
    ids = [each.id for each in chosen]
    typical = typical_documents(found.documents(), ids, documents) if isinstance(found, ModelFolder) else {}
    if as_json:
        print_json(
            [each.to_dict() | ({"documents": typical[each.id]} if documents else {}) for each in chosen]
        )
        return 0
    for each in chosen if documents else []:
        print_lines(topic_lines([each])[1:])
        print_lines(
            [f"{'':>7}{d['share']:>6.1%}  {d['id']}  {d['first_line']}"[:80] for d in typical[each.id]]
        )
    if not documents:
        print_lines(topic_lines(chosen))
    return 0


def _is_folder(model: str) -> bool:
    """Tell a folder from a training job, whose name begins with those of its deployment and environment."""
    return Path(model).exists() or re.fullmatch(r"[a-z][a-z0-9]*-(dev|prod)-[a-z0-9-]+", model) is None


def _trained_model(
    deploy: "Callable[[], Deployment]", training_job: str | None, documents: int
) -> "TrainedModel":
    from client.executions.trained_model import read_model

    if documents:
        raise UserError(
            "--documents needs a folder that learn wrote: the topics of a training job's documents are the"
            " results of transform."
        )
    with spinner("Downloading the model"):
        found = read_model(deploy(), training_job)
    print_message(f"The topics of {found.training_job}, with their shares of the prior:")
    return found
