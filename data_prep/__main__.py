"""The command line: python -m data_prep generate | encode | upload | adopt | inspect | plot."""

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from data_prep import commands, inputs
from data_prep.errors import UploadError
from data_prep.recordio import EmptyDocumentWarning

_Command = Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0, or 1 after a sentence on stderr that says what is wrong. argparse exits with 2 on a wrong usage.
    """
    options = parser().parse_args(arguments)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", EmptyDocumentWarning)
        failure = _run(options)
    for warning in warned:
        print(f"data_prep: warning: {warning.message}", file=sys.stderr)
    if failure:
        print(f"data_prep: {failure}", file=sys.stderr)
    return 1 if failure else 0


def _run(options: argparse.Namespace) -> str:
    """Run the command; return what is wrong, or nothing."""
    try:
        options.command(options)
    except FileNotFoundError as error:
        return f"There is no file or folder {error.filename}."
    except (ValueError, OSError, UploadError) as error:
        return str(error) or repr(error)
    return ""


def parser() -> argparse.ArgumentParser:
    """Describe every command and option; `--help` prints it."""
    top = argparse.ArgumentParser(
        prog="python -m data_prep",
        description="Documents -> counts -> RecordIO-protobuf -> S3. Data goes to stdout, talk to stderr.",
    )
    commands_ = top.add_subparsers(required=True, metavar="COMMAND")
    _add_generate(commands_)
    _add_encode(commands_)
    _add_upload(commands_)
    _add_adopt(commands_)
    _add_inspect(commands_)
    _add_plot(commands_)
    return top


def _add(commands_: Any, name: str, command: _Command, text: str) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands_.add_parser(name, help=text, description=text)
    added.set_defaults(command=command)
    return added


def _add_generate(commands_: Any) -> None:
    added = _add(
        commands_,
        "generate",
        commands.generate,
        "Write sample documents whose topics are known: the 5 x 5 bars of Griffiths and Steyvers, as arrays"
        " alpha, beta, documents and topic_mixtures of an .npz file.",
    )
    added.add_argument("output", type=Path, help="the .npz file to write")
    added.add_argument("--documents", type=int, default=5000, help="how many (default: %(default)s)")
    added.add_argument(
        "--average-length", type=float, default=150, help="words in a document (default: %(default)s)"
    )
    added.add_argument("--topics", type=int, choices=(5, 10), default=5, help="(default: %(default)s)")
    added.add_argument("--seed", type=int, default=0, help="of the random numbers (default: %(default)s)")
    _add_json(added)


def _add_encode(commands_: Any) -> None:
    added = _add(
        commands_,
        "encode",
        commands.encode,
        "Turn counts into a dataset: FOLDER/datasets/DATASET with RecordIO-protobuf shards for training and"
        " testing, and their manifest. The last documents of the input are for testing.",
    )
    added.add_argument("input", help=f"counts, documents by words: {inputs.FORMATS}")
    _add_dataset(added)
    held_out = added.add_mutually_exclusive_group()
    held_out.add_argument(
        "--test-documents", type=int, metavar="N", help="how many documents are for testing"
    )
    held_out.add_argument(
        "--test-fraction", type=float, metavar="F", help="or which part of them (default: 0.2)"
    )
    added.add_argument("--vocabulary", type=Path, metavar="FILE", help="the words, one a line")
    added.add_argument(
        "--source", metavar="SENTENCE", help="where the documents come from (default: the file)"
    )
    _add_json(added)


def _add_upload(commands_: Any) -> None:
    added = _add(
        commands_,
        "upload",
        commands.upload,
        "Upload a dataset to a bucket, with the AWS credentials and the region of the environment. The"
        " manifest goes last; shards that a former dataset of this name left there are deleted.",
    )
    _add_dataset(added)
    added.add_argument(
        "--bucket", required=True, help="the data bucket: output DataBucketName of the storage stack"
    )
    _add_json(added)


def _add_adopt(commands_: Any) -> None:
    added = _add(
        commands_,
        "adopt",
        commands.adopt,
        "Make a dataset of your own files: check every document under train/ and test/ (.pbr and .rec are"
        " RecordIO-protobuf; .csv is one document a line, without header and label) and write the manifest."
        " The files stay as they are; vocabulary.txt beside them is taken up.",
    )
    added.add_argument("location", help="s3://BUCKET/datasets/DATASET or the folder .../datasets/DATASET")
    _add_json(added)


def _add_inspect(commands_: Any) -> None:
    added = _add(
        commands_,
        "inspect",
        commands.inspect,
        "Say what a RecordIO-protobuf file holds; check a dataset's folder and say what it holds.",
    )
    added.add_argument("path", type=Path, help="a .pbr file, or the folder .../datasets/DATASET")
    _add_json(added)


def _add_plot(commands_: Any) -> None:
    added = _add(
        commands_,
        "plot",
        commands.plot,
        "Draw the first documents as square images with a colour bar; the vocabulary must be a square image.",
    )
    added.add_argument("input", type=Path, help=f"counts, documents by words: {inputs.FORMATS}")
    added.add_argument("output", type=Path, help="the picture, .png, .svg or .pdf")
    added.add_argument("--rows", type=int, default=3, help="of images (default: %(default)s)")
    added.add_argument("--columns", type=int, default=4, help="of images (default: %(default)s)")


def _add_dataset(added: argparse.ArgumentParser) -> None:
    added.add_argument("--dataset", required=True, help='its name: a-z, 0-9 and "-"')
    added.add_argument(
        "--folder",
        type=Path,
        default=Path(),
        help="the folder that holds datasets/ (default: the current one)",
    )


def _add_json(added: argparse.ArgumentParser) -> None:
    added.add_argument("--json", action="store_true", help="print JSON for a program")


if __name__ == "__main__":
    sys.exit(main())
