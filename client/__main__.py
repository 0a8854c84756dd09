"""The command line: `python -m client --help` is its reference."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from client import commands
from client.errors import SayableError, sentence
from client.policies import NAMES
from data_prep.inputs import FORMATS


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands; each carries the function that runs it."""
    top = argparse.ArgumentParser(
        prog="python -m client",
        description="Train, ask and take away a deployment. Data goes to stdout, talk to stderr.",
    )
    subparsers = top.add_subparsers(required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--name", default="lda", help="the setting name of the deployment (default: lda)")
    shared.add_argument("--environment", default="dev", choices=["dev", "prod"], help="default: dev")
    readable = argparse.ArgumentParser(add_help=False)
    readable.add_argument("--json", action="store_true", help="print the result as JSON, for a program")
    for add in (
        *(_train, _promote, _history, _transform, _watch, _predict),
        *(_status, _destroy, _leftovers, _policy),
    ):
        add(subparsers, shared, readable)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        The command line without the program; by default the process's own.

    Returns
    -------
    int
        The exit code: 0, 1 after a failure that was said in a sentence, 130 after Ctrl-C.
    """
    chosen = parser().parse_args(arguments)
    try:
        code = int(chosen.run(chosen))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has read enough, as `head` does; Python flushes once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (SayableError, BotoCoreError, ClientError, OSError) as error:
        print(sentence(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. What was started in AWS goes on: python -m client status", file=sys.stderr)
        return 130
    return code


Subparsers = argparse._SubParsersAction  # noqa: SLF001 -- argparse names the type nowhere else
Parser = argparse.ArgumentParser


def _train(subparsers: "Subparsers[Parser]", shared: Parser, readable: Parser) -> None:
    command = subparsers.add_parser(
        "train",
        parents=[shared, readable],
        help="start an execution of the state machine and follow it to its end",
        description="Start the state machine: train, evaluate, promote. The settings decide the rest.",
    )
    command.add_argument("--dataset", help="the dataset in the data bucket")
    several = "; several numbers: all are tried, and the best model is taken"
    command.add_argument("--num-topics", type=int, nargs="+", help=f"how many topics are learned{several}")
    command.add_argument("--alpha0", type=float, nargs="+", help=f"the sum of the Dirichlet prior{several}")
    command.add_argument("--max-restarts", type=int, help="restarts of the alternating least squares")
    command.add_argument("--max-iterations", type=int, help="sweeps of the alternating least squares")
    command.add_argument("--tol", type=float, help="their error tolerance")
    command.add_argument("--minimum-pwll", type=float, help="what test:pwll must reach for a promotion")
    command.add_argument(
        "--no-promote", dest="promote", action="store_false", default=None, help="train and evaluate, no more"
    )
    command.add_argument(
        "--require-promotion", action="store_true", default=None, help="fail when the model isn't promoted"
    )
    command.add_argument(
        "--dry-run", action="store_true", default=None, help="check everything and say what it would cost"
    )
    _starts(command, commands.train)


def _promote(subparsers: "Subparsers[Parser]", shared: Parser, readable: Parser) -> None:
    command = subparsers.add_parser(
        "promote",
        parents=[shared, readable],
        help="promote the model of an earlier training job, without training",
        description="Start the state machine with a model of the history: promote it, and ask the endpoint.",
    )
    command.add_argument("training_job", help="its training job: python -m client history lists them")
    _starts(command, commands.promote)


def _history(subparsers: "Subparsers[Parser]", shared: Parser, readable: Parser) -> None:
    command = subparsers.add_parser(
        "history", parents=[shared, readable], help="list every model that was evaluated, the newest first"
    )
    command.set_defaults(run=commands.history)


def _transform(subparsers: "Subparsers[Parser]", shared: Parser, readable: Parser) -> None:
    command = subparsers.add_parser(
        "transform",
        parents=[shared, readable],
        help="score documents in bulk, and print where the results are",
        description=(
            "Score a dataset's split, or a folder of .pbr, .rec, .data, .csv or .jsonl files. Line i of "
            "<object>.out is document i of <object>."
        ),
    )
    command.add_argument("--dataset", help="the dataset in the data bucket")
    command.add_argument("--split", choices=["test", "train"], help="which documents of it (default: test)")
    command.add_argument("--prefix", help="a folder of the data bucket instead, such as datasets/mine/")
    command.add_argument("--training-job", help="whose model scores (default: the one in service)")
    _starts(command, commands.transform)


def _starts(command: Parser, run: Callable[[argparse.Namespace], int]) -> None:
    """Add what the commands that start an execution have in common."""
    command.add_argument("--no-watch", action="store_true", help="print the execution's ARN and return")
    command.set_defaults(run=run)


def _watch(subparsers: "Subparsers[Parser]", shared: Parser, readable: Parser) -> None:
    command = subparsers.add_parser(
        "watch", parents=[shared, readable], help="follow an execution: its states and its jobs' logs"
    )
    command.add_argument("execution", nargs="?", help="its ARN (default: the one that was started last)")
    command.set_defaults(run=commands.watch)


def _predict(subparsers: "Subparsers[Parser]", shared: Parser, readable: Parser) -> None:
    command = subparsers.add_parser(
        "predict", parents=[shared, readable], help="ask the endpoint for the topic mixtures of documents"
    )
    command.add_argument("documents", type=Path, help=f"a file of word counts: {FORMATS}")
    command.set_defaults(run=commands.predict)


def _status(subparsers: "Subparsers[Parser]", shared: Parser, readable: Parser) -> None:
    command = subparsers.add_parser(
        "status", parents=[shared, readable], help="say what is deployed, running and served"
    )
    command.set_defaults(run=commands.status)


def _destroy(subparsers: "Subparsers[Parser]", shared: Parser, _readable: Parser) -> None:
    command = subparsers.add_parser(
        "destroy",
        parents=[shared],
        help="end executions and jobs, destroy the stacks, delete our log streams",
        description="Take the deployment away without asking again. prod's data bucket is retained.",
    )
    command.set_defaults(run=commands.destroy)


def _leftovers(subparsers: "Subparsers[Parser]", shared: Parser, readable: Parser) -> None:
    command = subparsers.add_parser(
        "leftovers",
        parents=[shared, readable],
        help="check that a destroyed deployment left nothing; exit code 1 names what it left",
        description="List what carries the deployment's names; with --before, everything that is new.",
    )
    choice = command.add_mutually_exclusive_group()
    choice.add_argument("--before", type=Path, help="an inventory that --inventory printed before deploying")
    choice.add_argument("--inventory", action="store_true", help="print what there is now, as JSON")
    command.set_defaults(run=commands.leftovers)


def _policy(subparsers: "Subparsers[Parser]", shared: Parser, _readable: Parser) -> None:
    command = subparsers.add_parser(
        "policy",
        parents=[shared],
        help="print the IAM policy of whoever deploys, or of whoever only starts executions",
    )
    command.add_argument("policy", choices=NAMES, help="whose policy")
    command.set_defaults(run=commands.policy)


if __name__ == "__main__":
    sys.exit(main())
