"""docs/cli.md from the --help of every command: `python -m tests.docs.cli_reference` rewrites it."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "cli.md"
COLUMNS = 80
INTRODUCTION = """\
# Commands

Every command of this project with its `--help`.
`python -m tests.docs.cli_reference` rewrites this page; do not edit it.

- `topics` has the commands of `python -m data_prep` and `python -m client` in
  one place, where the project is installed (`pip install .`).
- Data goes to stdout, messages to stderr.
- Exit codes: 0 after success, 1 after an error that is described in a sentence,
  2 after a wrong usage, 130 after Ctrl-C.

## Shell completion

`topics` completes commands, options and choices. Once per shell, or in its
start-up file:

```
eval "$(_TOPICS_COMPLETE=bash_source topics)"               # bash 4.4 or newer
eval "$(_TOPICS_COMPLETE=zsh_source topics)"                # zsh
_TOPICS_COMPLETE=fish_source topics | source                # fish
```
"""


def command_lines() -> dict[str, click.Group]:
    """Return the group `cli` of every package with a cli.py, by its program name."""
    packages = sorted(path.parent.name for path in ROOT.glob("*/cli.py"))
    return {f"python -m {package}": import_module(f"{package}.cli").cli for package in packages}


def contexts(group: click.Group, program: str) -> Iterator[click.Context]:
    """Yield the context of a group and of each of its commands."""
    settings = {"terminal_width": COLUMNS, **group.context_settings}
    parent = click.Context(group, info_name=program, **settings)
    yield parent
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command is not None
        yield click.Context(command, info_name=name, parent=parent, **command.context_settings)


def render() -> str:
    """Render the page."""
    parts = [INTRODUCTION]
    for program, group in command_lines().items():
        for context in contexts(group, program):
            heading = "##" if context.parent is None else "###"
            parts.append(f"{heading} {context.command_path}\n\n```\n{context.get_help()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
