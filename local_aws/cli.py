"""The command line: python -m local_aws up | down | status | env | fault."""

import json
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from local_aws.process.control import UserError, request_faults
from local_aws.process.environment import client_exports, node_modules, node_warning
from local_aws.process.lifecycle import LocalAws, Server

PROGRAM = "python -m local_aws"
MAX_PORT = 65535
INTERRUPTED = 130
# In a checkout of this project, a training job finds its program without an option.
IMAGES = Path("container/local-images.toml")


class _Port(click.ParamType[int]):
    name = "port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return a port, or fail."""
        text = str(value)
        if not (text.isdecimal() and 0 < int(text) <= MAX_PORT):
            self.fail(f"{text!r} is not a port; use a number from 1 to {MAX_PORT}", param, ctx)
        return int(text)


class _Times(click.ParamType[int]):
    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return a number of times, or fail."""
        text = str(value)
        if not (text.isdecimal() and int(text)):
            self.fail(f"{text!r} is not a number of times; use 1 or more", param, ctx)
        return int(text)


def main() -> None:
    """Run a command; a failure is one sentence on stderr and exit code 1, Ctrl-C is exit code 130."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        print("Interrupted.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except (UserError, OSError) as error:
        sys.exit(str(error))


class _OrderedGroup(click.Group):
    """Lists its commands in the order of their definition."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.commands)


@click.group(cls=_OrderedGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """AWS on 127.0.0.1."""


def _state_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--state",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        default=Path(".local_aws"),
        show_default=True,
        help="The folder with the state and the log.",
    )(command)


def _json_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(command)


@cli.command()
@_state_option
@click.option("--port", type=_Port(), default=4566, show_default=True, help="The port on 127.0.0.1.")
@click.option(
    "--images",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A TOML file that maps container images to programs (default: container/local-images.toml, if the"
    " current folder has it).",
)
def up(state: Path, port: int, images: Path | None) -> None:
    """Start the server in the background and wait until it is ready."""
    local_aws = LocalAws(state)
    server = local_aws.server()
    if server and server.is_running:
        if images:
            raise UserError(
                f"AWS is already running at {server.endpoint} with the images that it was started with."
                f" Stop it first: {PROGRAM} down --state {state}"
            )
        print(f"AWS is already running at {server.endpoint} (pid {server.pid}, state {local_aws.state}).")
        return
    if images is None and IMAGES.is_file():
        images = IMAGES
        print(f"Container images: {IMAGES}", file=sys.stderr)
    if images and not images.is_file():
        raise UserError(f"There is no file {images}: --images names the TOML file of the images.")
    if message := node_warning(node_modules()):
        print(message, file=sys.stderr)
    if server or list(local_aws.processes):
        _recover(local_aws, server)
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    server = local_aws.up(port, region, images)
    print(f"AWS is running at {server.endpoint} (pid {server.pid}, state {local_aws.state}).")


def _recover(local_aws: LocalAws, server: Server | None) -> None:
    orphans = local_aws.recover()
    pid = f" (pid {server.pid})" if server else ""
    print(
        f"The last server{pid} didn't stop properly. Changes after its last completed stack operation or "
        "execution are lost; executions and training jobs that were running have failed.",
        file=sys.stderr,
    )
    for orphan in orphans:
        print(
            f"Stopped {orphan.description} (pid {orphan.pid}), which it left running.",
            file=sys.stderr,
        )


@cli.command()
@_state_option
@click.option("--delete", is_flag=True, help="Delete the state too.")
def down(state: Path, *, delete: bool) -> None:
    """Stop the server and everything that it started; the state is kept."""
    local_aws = LocalAws(state)
    ran = local_aws.down()
    if delete:
        local_aws.delete()
    outcome = "deleted" if delete else "kept"
    print(f"AWS {'stopped' if ran else 'was not running'}; its state in {local_aws.state} is {outcome}.")


@cli.command()
@_state_option
@_json_option
def status(state: Path, *, as_json: bool) -> None:
    """Print the server and the programs that are running."""
    local_aws = LocalAws(state)
    server = local_aws.server()
    processes = [process for process in local_aws.processes if process.is_running]
    if as_json:
        running = server if server is not None and server.is_running else None
        document = {
            "running": running is not None,
            "endpoint": running.endpoint if running else None,
            "pid": running.pid if running else None,
            "state": str(local_aws.state),
            "log": str(local_aws.log),
            "programs": [{"pid": process.pid, "what": process.description} for process in processes],
        }
        print(json.dumps(document))
        return
    print(_server_status(local_aws, server))
    for process in processes:
        print(f"{process.description} (pid {process.pid})")


def _server_status(local_aws: LocalAws, server: Server | None) -> str:
    state = local_aws.state
    if server is None:
        return f"AWS is not running (state {state})."
    if server.is_running:
        return f"AWS is running at {server.endpoint} (pid {server.pid}, state {state}, log {local_aws.log})."
    return (
        f"AWS is not running: its server (pid {server.pid}) was killed. The command that started it recovers "
        f"it: {PROGRAM} up --state {shlex.quote(str(state))} --port {server.port} ..."
    )


@cli.command()
@_state_option
@_json_option
def env(state: Path, *, as_json: bool) -> None:
    """Print the exports that point AWS's tools at the server.

    They are shell commands, with the credentials of the administrator.
    """
    server = _running_server(state)
    exports = client_exports(server.port, server.region)
    if as_json:
        print(json.dumps(exports))
        return
    # A profile, a session token or the endpoint of one service would take precedence over the exports.
    for name in sorted(name for name in os.environ if name.startswith("AWS_") and name not in exports):
        print(f"unset {name}")
    for name, value in exports.items():
        print(f"export {name}={shlex.quote(value)}")


def _running_server(state: Path) -> Server:
    local_aws = LocalAws(state)
    server = local_aws.server()
    if server is None or not server.is_running:
        raise UserError(
            f"AWS is not running with the state {local_aws.state}: "
            f"{PROGRAM} up --state {shlex.quote(str(local_aws.state))} starts it."
        )
    return server


@cli.command()
@click.argument("target", required=False)
@click.argument("error", required=False)
@_state_option
@click.option("--message", default="", help="The error's message.")
@click.option("--times", type=_Times(), default=1, show_default=True, help="How many calls or jobs fail.")
@click.option("--list", "list_only", is_flag=True, help="List the pending faults.")
@click.option("--clear", is_flag=True, help="Clear all faults.")
def fault(
    state: Path,
    target: str | None,
    error: str | None,
    *,
    message: str,
    times: int,
    list_only: bool,
    clear: bool,
) -> None:
    """Make the next calls of an action, or the next jobs, fail.

    TARGET is an action by its IAM name (sagemaker:CreateTrainingJob), training-job or transform-job. ERROR is
    the error's code, or a job's FailureReason.
    """
    if list_only or clear:
        pending = request_faults(_running_server(state).port, "DELETE" if clear else "GET")
    elif target and error:
        document = {"target": target, "error": error, "message": message, "times": times}
        pending = request_faults(_running_server(state).port, "POST", document)
    else:
        raise UserError(
            f"A fault needs a target and an error: {PROGRAM} fault sagemaker:CreateTrainingJob "
            "ThrottlingException; or use --list or --clear."
        )
    for item in pending:
        text = f" ({item['message']})" if item["message"] else ""
        print(f"{item['target']} fails {item['times']} times: {item['error']}{text}")
    if not pending:
        print("No faults are pending.")
