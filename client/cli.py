"""The command lines: `python -m client`, and `topics` with the commands of data_prep in addition."""

import sys
from collections.abc import Sequence

import click

from client.commands import executions, inference, operations, show, text
from client.errors import INTERRUPTED, error_message, expected_errors
from client.output import discard_stdout, print_message
from client.version import project_version
from data_prep.cli import OrderedGroup
from data_prep.cli import cli as data_prep_cli

_SETTINGS = {"help_option_names": ["-h", "--help"]}


def _print_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 -- click
    if wanted:
        print(project_version())
        context.exit()


def _version_option() -> click.Option:
    return click.Option(
        ["--version"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_print_version,
        help="Print the version.",
    )


cli = OrderedGroup(
    "client",
    help="Topics from text, on this machine and in AWS. Data goes to stdout, messages to stderr.",
    commands=[
        text.learn,
        show.show,
        inference.predict,
        text.prepare,
        executions.train,
        executions.promote,
        executions.history,
        executions.transform,
        executions.watch,
        executions.stop,
        operations.status,
        operations.destroy,
        operations.leftovers,
        operations.policy,
    ],
    params=[_version_option()],
    context_settings=_SETTINGS,
)


def topics() -> click.Group:
    """Build the group of all commands: these, and those of data_prep for counts."""
    return OrderedGroup(
        "topics",
        help="Topics from text, on this machine and in AWS. Data goes to stdout, messages to stderr.",
        commands={**cli.commands, **data_prep_cli.commands},
        params=[_version_option()],
        context_settings=_SETTINGS,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `topics`; the parameters and the result are those of `run`."""
    return run(topics(), "topics", arguments)


def run(group: click.Group, program: str, arguments: Sequence[str] | None = None) -> int:
    """Run one command of a group.

    Parameters
    ----------
    group
        The commands.
    program
        The program's name in usage lines.
    arguments
        The command line without the program; by default that of the process.

    Returns
    -------
    int
        The exit code: 0, 1 after an error, 2 after a wrong usage, 130 after Ctrl-C.
    """
    try:
        code = group.main(arguments, prog_name=program, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except expected_errors() as error:
        print_message(error_message(error))
        return 1
    except click.Abort:
        print_message("Interrupted.")
        return INTERRUPTED
    return int(code or 0)
