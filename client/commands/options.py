"""Options that several commands share."""

from collections.abc import Callable
from functools import wraps
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from client.errors import INTERRUPTED
from client.output import print_message

if TYPE_CHECKING:
    from client.deployment import Deployment

AUTO = "auto"  # the number of topics is chosen
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
verbose_option = click.option("--verbose", is_flag=True, help="Also print the logs of the jobs.")
no_watch_option = click.option("--no-watch", is_flag=True, help="Print the execution's ARN and return.")


def pass_deployment(function: Callable[..., int]) -> Callable[..., int]:
    """Add --name and --environment; pass the deployment that they select as the first argument."""

    @wraps(function)
    def command(deploy: Callable[[], "Deployment"], **arguments: Any) -> int:
        return function(deploy(), **arguments)

    return pass_deployment_factory(command)


def pass_deployment_factory(function: Callable[..., int]) -> Callable[..., int]:
    """Do as `pass_deployment`, but pass a function that returns the deployment: only it needs boto3."""

    @click.option("--name", default="lda", show_default=True, help="The deployment's setting `name`.")
    @click.option(
        "--environment",
        type=click.Choice(["dev", "prod"]),
        default="dev",
        show_default=True,
        help="The deployment's environment.",
    )
    @wraps(function)
    def command(*, name: str, environment: str, **arguments: Any) -> int:
        try:
            return function(lambda: _deployment(name, environment), **arguments)
        except KeyboardInterrupt:
            print_message("Interrupted. Executions in AWS continue; python -m client stop ends the latest.")
            return INTERRUPTED

    return command


def _deployment(name: str, environment: str) -> "Deployment":
    from client.deployment import Deployment

    return Deployment(name, environment)


class MultiValueCommand(click.Command):
    """Accepts several values after a repeatable option: --alpha0 1 2 stands for --alpha0 1 --alpha0 2."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each of its values, then parse as click does."""
        repeatable = {
            name
            for parameter in self.params
            if isinstance(parameter, click.Option) and parameter.multiple
            for name in parameter.opts
        }
        option, expanded = "", list[str]()
        for previous, argument in pairwise(["", *args]):
            if argument.startswith("--"):
                option = argument.partition("=")[0]
            elif option in repeatable and previous != option:
                expanded.append(option)
            expanded.append(argument)
        return super().parse_args(ctx, expanded)


class NumTopics(click.ParamType[int | str]):
    """A number of topics, or auto."""

    name = "K|auto"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Return the number, or "auto"."""
        if value == AUTO:
            return AUTO
        try:
            number = int(value)
        except ValueError:
            number = 0
        if number < 1:
            self.fail(f"{value!r} is neither a number of topics nor {AUTO}.", param, ctx)
        return number
