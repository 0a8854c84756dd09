"""The command that asks a model for the topics of documents."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import json_option, pass_deployment_factory
from client.commands.text_options import source_options
from client.errors import UserError
from client.output import print_json, print_lines
from data_prep.inputs import FORMATS
from data_prep.progress import spinner

if TYPE_CHECKING:
    import polars as pl

    from client.deployment import Deployment
    from client.local_models.prediction import Prediction
    from data_prep.inputs.counts import Counts
    from data_prep.text.sources import SourceOptions

_COUNTS = re.compile(r"\.(npy|npz|mtx|mm|ldac|lda-c|dat|svmlight|pbr|rec)(\.gz|\.zst)?", re.IGNORECASE)
_NUMBERS = re.compile(r"[-+.\d\s\"]+([,;\t][-+.\d\s\"]+)*")
_LOOKS_LIKE_PATH = re.compile(r"[/*\[\\]|\.\w{2,8}$")
_LONGEST_PATH = 4096
_MAX_DOCUMENTS = 100_000


@click.command(
    help=f"""Infer the topics of documents.

    With --model by a model on this machine, otherwise by the endpoint.

    INPUT is a text in quotation marks; a file, folder or pattern of documents as learn reads it, or - for
    standard input; or word counts: {FORMATS}.
    """
)
@click.argument("input_", metavar="INPUT")
@click.option(
    "--model", type=click.Path(path_type=Path), help="A folder that learn wrote (default: the endpoint)."
)
@source_options
@json_option
@pass_deployment_factory
def predict(  # noqa: D103 -- its help is above
    deploy: "Callable[[], Deployment]",
    *,
    input_: str,
    model: Path | None,
    source_options: "SourceOptions",
    as_json: bool,
) -> int:
    if _is_counts(input_, source_options):
        return _predict_counts(deploy, input_, model, as_json=as_json)
    documents = _documents(input_, source_options)
    predictions, words = _predict_texts(deploy, documents, model)
    if as_json:
        topics = [{"id": number, "words": words_of_topic} for number, words_of_topic in enumerate(words)]
        print_json({"topics": topics, "predictions": [prediction.to_dict() for prediction in predictions]})
        return 0
    from client.local_models.prediction import prediction_lines

    for prediction in predictions:
        print_lines(prediction_lines(prediction, words))
    return 0


def _is_counts(source: str, options: "SourceOptions") -> bool:
    """Tell whether a source holds counts: by its suffix, or by the beginning of CSV and JSON lines."""
    path = Path(source)
    if options.column or options.id_column or options.format or not _is_source(source):
        return False
    if path.is_dir():
        return any(_COUNTS.fullmatch("".join(file.suffixes[-2:])) for file in path.iterdir())
    if source.startswith("s3://") or _COUNTS.search(path.name):
        return True
    if path.suffix.lower() not in {".csv", ".jsonl"} or not path.is_file():
        return False
    with path.open("rb") as file:
        first, second = (
            file.readline(2**16).decode("utf-8-sig", "replace").strip().lower() for _ in range(2)
        )
    if path.suffix.lower() == ".csv":
        return any(_NUMBERS.fullmatch(line) for line in (first, second)) or first == "doc,word,count"
    return first.startswith("[") or '"features"' in first


def _predict_counts(
    deploy: "Callable[[], Deployment]", source: str, model: Path | None, *, as_json: bool
) -> int:
    from data_prep.inputs import loading
    from data_prep.inputs.counts import LoadOptions

    try:
        loaded = loading.load(source, LoadOptions(words=_width(model), index_base=0))
    except ValueError as error:
        raise UserError(str(error)) from error
    counts = loaded.matrix if loaded.vocabulary is None else _in_order_of(model, source, loaded)
    with spinner("Inferring topics"):
        mixtures = _infer(deploy, model)(counts).tolist()
    if as_json:
        print_json({"predictions": [{"topic_mixture": mixture} for mixture in mixtures]})
    else:
        print_lines([",".join(f"{value:.6g}" for value in mixture) for mixture in mixtures])
    return 0


def _in_order_of(model: Path | None, source: str, loaded: "Counts") -> Any:
    """Return counts whose words are named in the order of the model's vocabulary."""
    import polars as pl
    from scipy import sparse

    from client.local_models.model_folder import ModelFolder
    from data_prep.text.preparation import select_columns

    if model is None:
        raise UserError(
            f"{source} names its words, which may stand in another order than the model's. Send counts"
            " without words, in the order of the vocabulary, or the text itself."
        )
    preparation = ModelFolder(model).preparation
    columns = preparation.columns(pl.Series(loaded.vocabulary))
    return select_columns(sparse.csr_array(loaded.matrix), columns, len(preparation.vocabulary))


def _width(model: Path | None) -> int | None:
    """Return the number of words of a model on this machine; the endpoint checks that of its own."""
    if model is None:
        return None
    from client.local_models.model_folder import ModelFolder

    return len(ModelFolder(model).preparation.vocabulary)


def _infer(deploy: "Callable[[], Deployment]", model: Path | None) -> Callable[[Any], Any]:
    """Return the function that turns counts into topic mixtures."""
    if model:
        from client.local_models.model_folder import ModelFolder

        return ModelFolder(model).model.topic_mixtures
    from client.predict import predict as predict_by_endpoint

    return partial(predict_by_endpoint, deploy())


def _is_source(text: str) -> bool:
    """Tell a file, folder, pattern, pipe or S3 URI from a text; what looks like a path is none."""
    if text == "-" or text.startswith("s3://") or (0 < len(text) < _LONGEST_PATH and Path(text).exists()):
        return True
    return re.fullmatch(r"\S+", text) is not None and _LOOKS_LIKE_PATH.search(text) is not None


def _documents(source: str, options: "SourceOptions") -> "pl.DataFrame":
    import polars as pl

    from data_prep.text.sources import read_documents

    if not _is_source(source):
        return pl.DataFrame({"id": ["text"], "text": [source]})
    documents = pl.concat(read_documents(source, options=options))
    if documents.height > _MAX_DOCUMENTS:
        raise UserError(
            f"{source} has {documents.height:,} documents, more than {_MAX_DOCUMENTS:,}: score them in bulk"
            " with transform, or learn from them."
        )
    return documents


def _predict_texts(
    deploy: "Callable[[], Deployment]", documents: "pl.DataFrame", model: Path | None
) -> "tuple[list[Prediction], list[list[str]]]":
    from client.local_models.prediction import predictions

    if model:
        from client.local_models.model_folder import ModelFolder

        folder = ModelFolder(model)
        words = folder.model.top_words(folder.preparation.vocabulary, shares=folder.shares)
        return predictions(folder.preparation, documents, folder.model.topic_mixtures), words
    from client.executions.trained_model import serving_text
    from client.predict import predict as predict_by_endpoint

    infer = partial(predict_by_endpoint, deployment := deploy())
    with spinner("Invoking the endpoint"):
        text = serving_text(deployment)
        return predictions(text.preparation, documents, infer), text.topics
