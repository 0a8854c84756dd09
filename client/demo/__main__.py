"""`make demo`: the notebook's steps on this machine."""

import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

import click
from botocore.exceptions import BotoCoreError, ClientError

from client.demo.local_aws_server import LocalAwsServer
from client.demo.next_steps import next_steps
from client.demo.steps import SECOND_ALPHA0, Steps
from client.demo.subprocess_runner import SubprocessRunner
from client.demo.terminal import Terminal
from client.errors import INTERRUPTED, UserError, error_message
from data_prep.errors import UploadError

NUM_STEPS = 10
_AGAIN_SECONDS = 0.05


@click.command
@click.option("--install-seconds", type=float, default=0.0, help="The duration of make install.")
@click.option("--keep", is_flag=True, help="Stop before destroying, and leave the local AWS running.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="The folder of logs, plots and the local AWS's state.",
)
@click.option("--port", type=int, default=4566, show_default=True, help="The local AWS's port on 127.0.0.1.")
def demo(*, install_seconds: float, keep: bool, folder: Path, port: int) -> int:
    """Run the notebook's steps on this machine, as make demo does.

    Starts a local AWS, deploys, trains, promotes, predicts, and destroys everything again.
    """
    started = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    logs = os.path.relpath(folder)
    terminal = Terminal(NUM_STEPS)
    runner = SubprocessRunner(folder, terminal)
    server = LocalAwsServer(runner, folder, port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        steps = Steps(folder, terminal, runner, server)
        run_steps(steps, terminal, install_seconds=install_seconds, keep=keep)
        if keep:
            server.keep()
            print(next_steps(server, steps.deployment))
            return 0
        server.stop(delete=True)
    except KeyboardInterrupt:
        return _abort(server, terminal, f"Interrupted in {terminal.current_step}.", INTERRUPTED)
    except (UserError, UploadError, BotoCoreError, ClientError, OSError) as error:
        reason = f"Failed in {terminal.current_step}: {error_message(error)}\nLogs: {logs}"
        return _abort(server, terminal, reason, 1)
    except BaseException:
        _abort(server, terminal, f"Failed in {terminal.current_step}. Logs: {logs}", 1)
        raise
    seconds = time.monotonic() - started + install_seconds
    print(f"\nThe local AWS is stopped and deleted. The demo took {seconds:.0f} s.")
    return 0


def run_steps(steps: Steps, terminal: Terminal, *, install_seconds: float, keep: bool) -> None:
    """Run the steps of the notebook.

    Parameters
    ----------
    steps
        The steps.
    terminal
        Prints their titles.
    install_seconds
        The duration of `make install`.
    keep
        Whether to stop before destroying.
    """
    step = terminal.step
    with step(1, "Everything is installed from the lock files", spent=install_seconds):
        steps.show_versions()
    with step(2, "AWS on 127.0.0.1, and a user with the documented policy"):
        steps.start_aws()
    with step(3, "cdk bootstrap and cdk deploy --all: three stacks, no model yet"):
        steps.deploy()
    with step(4, "The notebook's sample data"):
        steps.generate_documents()
    with step(5, "RecordIO-protobuf, dataset and manifest, uploaded to the bucket"):
        steps.upload()
    with step(6, "The state machine started with {}, as in the console"):
        model_data_url = steps.train()
    with step(7, "The promotion: the Serving stack with the new ModelDataUrl"):
        steps.show_promotion()
    with step(8, "The learned topics and mixtures compared with the known ones"):
        steps.compare(model_data_url)
    with step(9, f"A second run with alpha0 = {SECOND_ALPHA0}: the endpoint is updated"):
        steps.retrain(model_data_url)
    if not keep:
        with step(10, "Everything destroyed, and the check that nothing is left"):
            steps.destroy()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; without --keep, none of its processes is left running.

    Returns
    -------
    int
        The exit code: 0, 1 after an error, 2 after a wrong usage, 130 after an interruption.
    """
    try:
        return int(demo.main(arguments, prog_name="python -m client.demo", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Python ignores what is raised in a finalizer, so the signal is sent again when that is done.
    if _is_in_finalizer(frame):
        threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), number)).start()
        return
    raise KeyboardInterrupt


def _is_in_finalizer(frame: FrameType | None) -> bool:
    while frame:
        if frame.f_code.co_name == "__del__" or frame.f_code.co_filename == weakref.__file__:
            return True
        frame = frame.f_back
    return False


def _abort(server: LocalAwsServer, terminal: Terminal, reason: str, code: int) -> int:
    # A second Ctrl-C must not interrupt the cleanup after the first one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        print(f"\n{reason}\nStopping the demo's processes ...", file=sys.stderr)
    terminal.silence()
    server.stop(delete=False)
    return code


if __name__ == "__main__":
    sys.exit(main())
