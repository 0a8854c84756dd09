"""The options of commands that read text."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from client.errors import UserError

_FILE = click.Path(path_type=Path)
FORMATS = ("txt-folder", "lines", "csv", "tsv", "jsonl", "parquet")

_SOURCE = [
    click.option("--column", metavar="NAME", help="The column or field with the text, by name or number."),
    click.option("--id-column", metavar="NAME", help="The column of the documents' ids."),
    click.option("--label-column", metavar="NAME", help="A column of labels, which is kept."),
    click.option("--date-column", metavar="NAME", help="A column of dates, which is kept."),
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        help="The form of the source (default: recognised). lines: a document per line.",
    ),
    click.option(
        "--header/--no-header", default=None, help="Whether a table's first line names its columns."
    ),
    click.option(
        "--encoding", default="utf-8", show_default=True, help="The encoding of text files, such as latin-1."
    ),
]
_SPLIT = [
    click.option("--seed", default=0, show_default=True, help="Of the choice of test documents."),
    click.option(
        "--test-fraction", default=0.2, show_default=True, help="The fraction of the documents for testing."
    ),
]
_SETTINGS = [
    click.option(
        "--language",
        default="auto",
        show_default=True,
        help="Whose stop words are left out: auto, none, or a code such as en.",
    ),
    click.option(
        "--stop-words", type=_FILE, metavar="FILE", help="Leave out these words instead, one a line."
    ),
    click.option("--token-pattern", metavar="REGEX", help="What a token is (default: a word)."),
    click.option("--numbers", is_flag=True, help="Keep numbers."),
    click.option(
        "--min-df",
        type=float,
        help="The least number of documents, or fraction below 1, that has a word (default: 5, or 2 of fewer"
        " than 1000 documents).",
    ),
    click.option(
        "--max-df",
        type=float,
        default=0.5,
        show_default=True,
        help="The largest fraction, or number above 1.",
    ),
    click.option(
        "--max-vocabulary", type=int, default=50_000, show_default=True, help="The largest number of words."
    ),
    click.option(
        "--ngrams", type=int, default=1, show_default=True, help="Count sequences of up to 3 words."
    ),
    click.option(
        "--collocations", type=float, metavar="NPMI", help="Count pairs of words with at least this NPMI."
    ),
    click.option(
        "--vocabulary", type=_FILE, metavar="FILE", help="Count these words and no others, one a line."
    ),
]


def source_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that say how a source is read; pass them as `source_options`.

    What the data preparation or the engine refuses is reported as a sentence.
    """

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> int:
        from data_prep.text.sources import SourceOptions

        names = ("column", "id_column", "label_column", "date_column", "format", "header", "encoding")
        source = SourceOptions(**{name: options.pop(name) for name in names})
        try:
            return function(*arguments, source_options=source, **options)
        except ValueError as error:
            raise UserError(str(error)) from error
        except MemoryError as error:
            raise UserError(f"The memory is not enough: {error} Ask for fewer topics or words.") from error

    return _with(_SOURCE, command)


def corpus_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a corpus; pass them as `source_options`, `settings` and `split`."""

    @wraps(function)
    def command(*positional: Any, **arguments: Any) -> int:
        from data_prep.inputs.vocabulary import read_vocabulary
        from data_prep.text.settings import TextSettings

        names = ("language", "token_pattern", "numbers", "min_df", "max_df", "max_vocabulary", "ngrams")
        given = {name: arguments.pop(name) for name in (*names, "collocations")}
        for name in ("stop_words", "vocabulary"):
            path = arguments.pop(name)
            given[name] = tuple(read_vocabulary(path)) if path else None
        split = {name: arguments.pop(name) for name in ("seed", "test_fraction")}
        return function(*positional, settings=TextSettings(**given), split=split, **arguments)

    return source_options(_with(_SETTINGS, _with(_SPLIT, command)))


def _with(options: list[Any], command: Callable[..., int]) -> Callable[..., int]:
    for option in reversed(options):
        command = option(command)
    return command
