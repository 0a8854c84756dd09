"""docs/cli.md documents every command with its current --help."""

import click
import pytest

from tests.docs.cli_reference import COLUMNS, PAGE, command_lines, contexts, render

COMMANDS = [context for program, group in command_lines().items() for context in contexts(group, program)]


def test_the_reference_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run python -m tests.docs.cli_reference"


@pytest.mark.parametrize("context", COMMANDS, ids=lambda context: context.command_path)
def test_every_command_and_option_is_documented(context: click.Context) -> None:
    assert context.command.help, "the command has no docstring"
    options = [param for param in context.command.params if isinstance(param, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("context", COMMANDS, ids=lambda context: context.command_path)
def test_the_help_fits_80_columns(context: click.Context) -> None:
    lines = context.get_help().splitlines()
    assert [line for line in lines if len(line) > COLUMNS] == []


@pytest.mark.parametrize("program", command_lines())
def test_the_summary_of_every_command_is_not_truncated(program: str) -> None:
    group = command_lines()[program]
    summaries = next(contexts(group, program)).get_help().partition("Commands:")[2]
    assert "..." not in summaries
