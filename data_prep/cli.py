"""The command line: its commands and options. A command imports what it runs, so that --help is fast."""

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from data_prep.errors import UploadError
from data_prep.inputs import FORMATS
from data_prep.inputs.recognition import FORMS

INTERRUPTED = 130
_FILE = click.Path(path_type=Path)
_Function = Callable[..., Any]


class UserError(click.ClickException):
    """A mistake of the user or a failure, reported as a sentence on stderr; the exit code is 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(f"data_prep: {self.message}", file=file, err=True)


class _Command(click.Command):
    """A command whose errors become a UserError, and whose warnings are printed when it ends."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _printed_warnings():
            try:
                return super().invoke(ctx)
            except FileNotFoundError as error:
                raise UserError(f"There is no file or folder {error.filename}.") from error
            except (ValueError, OSError, UploadError) as error:
                raise UserError(str(error) or repr(error)) from error


@contextmanager
def _printed_warnings() -> Iterator[None]:
    from data_prep.recordio import EmptyDocumentWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", EmptyDocumentWarning)
        try:
            yield
        finally:
            for warning in caught:
                click.echo(f"data_prep: warning: {warning.message}", err=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line without the program; by default that of the process.

    Returns
    -------
    int
        0, or 1 after an error, or 130 after Ctrl-C, each with a sentence on stderr.

    Raises
    ------
    SystemExit
        With 2 after a wrong usage.
    """
    try:
        cli.main(arguments, prog_name="python -m data_prep", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("data_prep: Interrupted. Run it again: no partial file or manifest was written.", err=True)
        return INTERRUPTED
    return 0


class OrderedGroup(click.Group):
    """Lists its commands in the order in which they were added, which is that of their use."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.commands)


@click.group(cls=OrderedGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Documents -> counts -> RecordIO-protobuf -> S3. Data goes to stdout, messages to stderr."""


_json = click.option("--json", "as_json", is_flag=True, help="print JSON for a program")


def _dataset(command: _Function) -> _Function:
    """Add the options that name a dataset."""
    folder = click.option(
        "--folder", type=_FILE, default=Path(), help="the parent of datasets/  [default: the current folder]"
    )
    return click.option("--dataset", required=True, help='its name: a-z, 0-9 and "-"')(folder(command))


@cli.command(cls=_Command)
@click.argument("output", type=_FILE)
@click.option("--documents", default=5000, show_default=True, help="how many")
@click.option("--average-length", default=150.0, show_default=True, help="words in a document")
@click.option("--topics", type=click.Choice([5, 10]), default=5, show_default=True, help="how many")
@click.option("--seed", default=0, show_default=True, help="of the random numbers")
@_json
def generate(**options: Any) -> None:
    """Write sample documents whose topics are known.

    These are the 5 x 5 bars of Griffiths and Steyvers, as arrays alpha, beta, documents and topic_mixtures of
    the .npz file OUTPUT.
    """
    from data_prep import commands

    commands.generate(**options)


@cli.command(
    cls=_Command,
    help=f"""Turn counts into a dataset.

    INPUT holds counts, documents by words: {FORMATS}.

    FOLDER/datasets/DATASET gets RecordIO-protobuf shards for training and testing, and their manifest. A
    hash of the seed and the document's number decides which documents are for testing.
    """,
)
@click.argument("input_", metavar="INPUT")
@_dataset
@click.option("--test-documents", type=int, metavar="N", help="how many documents are for testing")
@click.option("--test-fraction", type=float, metavar="F", help="or which fraction of them  [default: 0.2]")
@click.option("--seed", default=0, show_default=True, help="of the choice of the test documents")
@click.option("--vocabulary", type=_FILE, metavar="FILE", help="the words, one a line")
@click.option("--force", is_flag=True, help="replace a dataset of this name")
@click.option("--format", "form", metavar="FORM", help=f"one of {', '.join(FORMS)}")
@click.option("--index-base", type=click.IntRange(0, 1), help="the number of the first word")
@click.option(
    "--header/--no-header", default=None, help="whether the first line of a CSV file names the words"
)
@click.option(
    "--index-column/--no-index-column", default=None, help="whether its first column names the documents"
)
@click.option(
    "--source", metavar="SENTENCE", help="where the documents come from  [default: the input's name]"
)
@_json
def encode(**options: Any) -> None:  # noqa: D103 -- its help is above: a docstring can't contain the formats
    if options["test_documents"] is not None and options["test_fraction"] is not None:
        raise click.UsageError("--test-fraction is not allowed with --test-documents.")
    from data_prep import commands
    from data_prep.inputs.counts import LoadOptions

    names = ("form", "index_base", "header", "index_column")
    commands.encode(options=LoadOptions(**{name: options.pop(name) for name in names}), **options)


@cli.command(cls=_Command)
@_dataset
@click.option("--bucket", required=True, help="the data bucket: output DataBucketName of the storage stack")
@_json
def upload(**options: Any) -> None:
    """Upload a dataset to a bucket.

    The AWS credentials and the region are those of the environment. The manifest is written last; shards that
    a former dataset of this name left there are deleted.
    """
    from data_prep import commands

    commands.upload(**options)


@cli.command(cls=_Command)
@click.argument("location")
@_json
def adopt(**options: Any) -> None:
    """Make a dataset of your own files.

    LOCATION is s3://BUCKET/datasets/DATASET or the folder .../datasets/DATASET. Every document under train/
    and test/ is checked (.pbr and .rec are RecordIO-protobuf; .csv is one document a line, without header and
    label), and the manifest is written. The files are not changed; a vocabulary.txt next to train/ and test/
    becomes the dataset's vocabulary.
    """
    from data_prep import commands

    commands.adopt(**options)


@cli.command(cls=_Command)
@click.argument("path", type=_FILE)
@_json
def inspect(**options: Any) -> None:
    """Describe a file of records or a dataset.

    PATH is a RecordIO-protobuf file (.pbr), or the folder .../datasets/DATASET, whose files are checked.
    """
    from data_prep import commands

    commands.inspect(**options)


@cli.command(
    cls=_Command,
    help=f"""Draw the first documents as square images with a colour bar.

    INPUT holds counts, documents by words: {FORMATS}. The vocabulary must be a square image.

    OUTPUT is the picture, .png, .svg or .pdf.
    """,
)
@click.argument("input_", metavar="INPUT", type=_FILE)
@click.argument("output", type=_FILE)
@click.option("--rows", default=3, show_default=True, help="of images")
@click.option("--columns", default=4, show_default=True, help="of images")
def plot(**options: Any) -> None:  # noqa: D103 -- its help is above: a docstring can't contain the formats
    from data_prep import commands

    commands.plot(**options)
