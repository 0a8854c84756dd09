"""Commands from documents to topics: learn and show on this machine, prepare for AWS."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import json_option
from client.commands.text_options import refusals, source_options, text_settings
from client.errors import UserError
from client.output import Progress, print_json, print_lines, print_message

if TYPE_CHECKING:
    from data_prep.text.settings import TextSettings
    from data_prep.text.sources import SourceOptions

_RANKINGS = ("probability", "relevance", "frex", "lift")
SOURCE_HELP = """SOURCE is a CSV, TSV, JSON lines, Parquet or text file, a folder of them, a pattern such as
    'articles/*.csv', s3://bucket/prefix, or - for standard input; .gz and .zst too."""


class _NumTopics(click.ParamType[int | None]):
    """A number of topics, or auto."""

    name = "K|auto"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """Return the number, None for auto."""
        if value == "auto" or value is None:
            return None
        try:
            number = int(value)
        except ValueError:
            number = 0
        if number < 1:
            self.fail(f"{value!r} is neither a number of topics nor auto.", param, ctx)
        return number


seed_option = click.option("--seed", default=0, show_default=True, help="Of the choice of test documents.")
test_fraction_option = click.option(
    "--test-fraction", default=0.2, show_default=True, help="The fraction of the documents for testing."
)


@click.command(
    help=f"""Learn topics from documents, on this machine.

    {SOURCE_HELP}

    Prints the topics, each with its share of the words and its ten most probable words. OUTPUT gets the
    model, its vocabulary, and every document with its topics.
    """
)
@click.argument("source")
@click.option(
    "--num-topics",
    type=_NumTopics(),
    default="auto",
    show_default=True,
    help="auto: the fewest that predict held-out documents as well as the best number.",
)
@click.option("--output", type=click.Path(path_type=Path), help="The folder (default: topics-<source>).")
@click.option("--force", is_flag=True, help="Replace the folder if it exists.")
@click.option("--comprehend", is_flag=True, help="Also write output.tar.gz as Amazon Comprehend does.")
@click.option(
    "--alpha0", default=1.0, show_default=True, help="The sum of the prior: small for few topics a document."
)
@seed_option
@test_fraction_option
@json_option
@refusals
@source_options
@text_settings
def learn(  # noqa: D103, PLR0913 -- its help is above; one parameter an option
    *,
    source: str,
    num_topics: int | None,
    output: Path | None,
    force: bool,
    comprehend: bool,
    alpha0: float,
    seed: int,
    test_fraction: float,
    source_options: "SourceOptions",
    settings: "TextSettings",
    as_json: bool,
) -> int:
    from client.local_models.comprehend import write_output
    from client.local_models.learning import learn as learn_model
    from client.local_models.topics import topic_lines

    folder = output or Path(f"topics-{stem(source)}")
    if folder.exists() and not force:
        raise UserError(f"{folder} exists already: name another with --output, or replace it with --force.")
    with Progress() as progress:
        prepared = prepare_corpus(
            source, source_options, settings, progress, seed=seed, test_fraction=test_fraction
        )
        with prepared as corpus:
            learned = learn_model(
                corpus,
                folder,
                num_topics=num_topics,
                alpha0=alpha0,
                seed=seed,
                settings={"source": source, "reading": asdict(source_options), "text": asdict(settings)},
                observer=progress,
            )
    if comprehend:
        write_output(folder)
    if as_json:
        print_json(learned.to_dict(str(folder)))
        return 0
    print_lines(topic_lines(learned.topics))
    print_message("\n".join(["", *(learned.choice.lines() if learned.choice else [])]).rstrip())
    for warning in learned.warnings:
        print_message(f"warning: {warning}")
    print_message(f"{folder} has the model and the topics of every document. Continue with")
    print_message(f'  topics show {folder}\n  topics predict "a new text" --model {folder}')
    return 0


def prepare_corpus(
    source: str, options: "SourceOptions", settings: "TextSettings", progress: Any, **split: Any
) -> Any:
    """Read and count a source; say how it was understood."""
    from data_prep.text.corpus import prepare as prepare_frames
    from data_prep.text.sources import read_documents

    progress.stage("Reading the documents")
    documents = read_documents(source, options=options)
    corpus = prepare_frames(documents, settings, progress=progress.count, **split)
    print_message(str(documents.description))
    print_message("\n".join(corpus.report.lines()))
    return corpus


def stem(source: str) -> str:
    """Return the name of a source without folder and suffixes."""
    name = "stdin" if source == "-" else Path(source.rstrip("/")).name
    stem = name.partition(".")[0].strip("*?[]")
    return stem or "documents"


@click.command
@click.argument("model", type=click.Path(path_type=Path))
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
def show(*, model: Path, words: int, rank: Any, topic: tuple[int, ...], documents: int, as_json: bool) -> int:
    """Show the topics of a model: their shares and words.

    MODEL is a folder that learn wrote.
    """
    from client.local_models.model_folder import ModelFolder
    from client.local_models.topics import describe_topics, topic_lines
    from client.local_models.typical_documents import typical_documents

    folder = ModelFolder(model)
    topics = describe_topics(folder.model, folder.preparation.vocabulary, folder.shares, words, rank)
    unknown = [number for number in topic if not 0 <= number < len(topics)]
    if unknown:
        raise UserError(f"There is no topic {unknown[0]}: {model} has the topics 0 to {len(topics) - 1}.")
    chosen = [each for each in topics if not topic or each.id in topic]
    typical = typical_documents(folder.documents(), [each.id for each in chosen], documents)
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


@click.command(
    help=f"""Turn documents into a dataset for training in AWS.

    {SOURCE_HELP}

    FOLDER/datasets/DATASET gets the counts as RecordIO-protobuf, the vocabulary, the documents' ids, and what
    turns further text into counts. upload sends it to the data bucket.
    """
)
@click.argument("source")
@click.option("--dataset", required=True, help='Its name: a-z, 0-9 and "-".')
@click.option("--folder", type=click.Path(path_type=Path), default=Path(), help="The parent of datasets/.")
@click.option("--force", is_flag=True, help="Replace the dataset if it exists.")
@seed_option
@test_fraction_option
@json_option
@refusals
@source_options
@text_settings
def prepare(  # noqa: D103 -- its help is above
    *,
    source: str,
    dataset: str,
    folder: Path,
    force: bool,
    source_options: "SourceOptions",
    settings: "TextSettings",
    as_json: bool,
    **split: Any,
) -> int:
    from data_prep.dataset.inspection import summary
    from data_prep.dataset.manifest import dataset_key
    from data_prep.text.dataset import write_dataset

    target = folder / dataset_key(dataset)
    if target.exists() and not force:
        raise UserError(f"{target} exists already: choose another name, or replace it with --force.")
    with (
        Progress() as progress,
        prepare_corpus(source, source_options, settings, progress, **split) as corpus,
    ):
        progress.stage(f"Writing {target}")
        manifest = write_dataset(folder, dataset, corpus, source=f"Prepared from {source}.")
    if as_json:
        print(manifest.to_json().rstrip())
    else:
        print_lines(summary(manifest).splitlines())
    return 0
