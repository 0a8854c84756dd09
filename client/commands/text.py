"""Commands from documents to topics: learn on this machine, prepare for AWS."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import NumTopics, json_option
from client.commands.text_options import corpus_options
from client.output import print_json, print_lines, print_message
from data_prep.progress import Progress

if TYPE_CHECKING:
    from data_prep.text.corpus import PreparedCorpus
    from data_prep.text.settings import TextSettings
    from data_prep.text.sources import SourceOptions

SOURCE_HELP = """SOURCE is a CSV, TSV, JSON lines, Parquet or text file, a folder of them, a pattern such as
    'articles/*.csv', s3://bucket/prefix, or - for standard input; .gz and .zst too."""


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
    type=NumTopics(),
    default="auto",
    show_default=True,
    help="auto: the fewest that predict held-out documents as well as the best number, up to 200.",
)
@click.option("--output", type=click.Path(path_type=Path), help="The folder (default: topics-<source>).")
@click.option("--force", is_flag=True, help="Replace the folder if it exists.")
@click.option("--comprehend", is_flag=True, help="Also write output.tar.gz as Amazon Comprehend does.")
@click.option(
    "--alpha0", default=1.0, show_default=True, help="The sum of the prior: small for few topics a document."
)
@json_option
@corpus_options
def learn(  # noqa: D103, PLR0913 -- its help is above; one parameter an option
    *,
    source: str,
    num_topics: int | str,
    output: Path | None,
    force: bool,
    comprehend: bool,
    alpha0: float,
    source_options: "SourceOptions",
    settings: "TextSettings",
    split: dict[str, Any],
    as_json: bool,
) -> int:
    from client.local_models.choice_lines import choice_lines
    from client.local_models.comprehend import write_output
    from client.local_models.learning import learn as learn_model
    from client.local_models.topics import topic_lines
    from data_prep.overwriting import confirm_overwrite

    folder = output or Path(f"topics-{stem(source)}")
    confirm_overwrite(folder, force=force)
    with (
        Progress() as progress,
        prepare_corpus(source, source_options, settings, split, progress) as corpus,
    ):
        learned = learn_model(
            corpus,
            folder,
            num_topics=num_topics if isinstance(num_topics, int) else None,
            alpha0=alpha0,
            seed=split["seed"],
            settings={"source": source, "reading": asdict(source_options), "text": asdict(settings)},
            observer=progress,
        )
    if comprehend:
        write_output(folder)
    if as_json:
        print_json(learned.to_dict(str(folder)))
        return 0
    print_lines(topic_lines(learned.topics))
    print_message("\n".join(["", *(choice_lines(learned.choice) if learned.choice else [])]).rstrip())
    for warning in learned.warnings:
        print_message(f"warning: {warning}")
    print_message(f"{folder} has the model and the topics of every document. Continue with")
    print_message(f'  topics show {folder}\n  topics predict "a new text" --model {folder}')
    return 0


def prepare_corpus(
    source: str,
    options: "SourceOptions",
    settings: "TextSettings",
    split: dict[str, Any],
    progress: Progress,
) -> "PreparedCorpus":
    """Read and count a source; say how it was understood."""
    from data_prep.text.corpus import prepare as prepare_frames
    from data_prep.text.sources import read_documents

    progress.stage("Counting the words", "documents")
    documents = read_documents(source, options=options)
    corpus = prepare_frames(
        documents, settings, progress=lambda documents, _: progress.advance(documents, None), **split
    )
    print_message(str(documents.description))
    print_message("\n".join(corpus.report.lines()))
    return corpus


def stem(source: str) -> str:
    """Return the name of a source without folder and suffixes."""
    name = "stdin" if source == "-" else Path(source.rstrip("/")).name
    return name.partition(".")[0].strip("*?[]") or "documents"


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
@json_option
@corpus_options
def prepare(  # noqa: D103 -- its help is above
    *,
    source: str,
    dataset: str,
    folder: Path,
    force: bool,
    source_options: "SourceOptions",
    settings: "TextSettings",
    split: dict[str, Any],
    as_json: bool,
) -> int:
    from data_prep.dataset.inspection import summary
    from data_prep.dataset.manifest import dataset_key
    from data_prep.overwriting import confirm_overwrite
    from data_prep.text.dataset import write_dataset

    target = folder / dataset_key(dataset)
    confirm_overwrite(target, force=force)
    with (
        Progress() as progress,
        prepare_corpus(source, source_options, settings, split, progress) as corpus,
    ):
        progress.stage(f"Writing {target}")
        manifest = write_dataset(folder, dataset, corpus, source=f"Prepared from {source}.")
    if as_json:
        print(manifest.to_json().rstrip())
    else:
        print_lines(summary(manifest).splitlines())
    return 0
