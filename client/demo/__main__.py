"""The notebook's whole story on this machine: `make demo`."""

import argparse
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError

from client.demo.local_aws_server import Machine
from client.demo.next_steps import farewell
from client.demo.steps import OTHER_ALPHA0, Chapters
from client.demo.subprocess_runner import Programs
from client.demo.terminal import Terminal
from client.errors import SayableError, sentence
from data_prep.errors import UploadError

STEPS = 10
INTERRUPTED = 130


def tell(chapters: Chapters, terminal: Terminal, *, install_seconds: float, keep: bool) -> None:
    """Tell the story: what the notebook did by hand, done by the parts.

    Parameters
    ----------
    chapters
        What happens.
    terminal
        Where it is told.
    install_seconds
        How long `make install` took before.
    keep
        Whether to stop before destroying.
    """
    step = terminal.step
    with step(1, "Everything is installed from the lock files", spent=install_seconds):
        chapters.show_versions()
    with step(2, "AWS on 127.0.0.1, used by a person with the documented rights of who deploys"):
        chapters.start_aws()
    with step(3, "The real cdk bootstrap and cdk deploy --all: three stacks, no model yet"):
        chapters.deploy()
    with step(4, "The notebook's sample data"):
        chapters.make_documents()
    with step(5, "RecordIO-protobuf, dataset layout and manifest, uploaded to the data bucket"):
        chapters.upload()
    with step(6, "The state machine started with {}, as the console does, and watched"):
        model_data_url = chapters.train()
    with step(7, "The promotion: the Serving stack with the new ModelDataUrl"):
        chapters.show_promotion()
    with step(8, "The endpoint's answers and the learned topics beside the known ones"):
        chapters.compare(model_data_url)
    with step(9, f"A second run, with alpha0 = {OTHER_ALPHA0}: the endpoint is updated in place"):
        chapters.retrain(model_data_url)
    if not keep:
        with step(10, "Everything destroyed, and the check that nothing is left"):
            chapters.destroy()


def main() -> int:
    """Run the demo; whatever ends it, no process of it stays, unless it is kept.

    Returns
    -------
    int
        The exit code: 0, 1 after a failure that was said in a sentence, 130 after an interruption.
    """
    arguments, started = _arguments(), time.monotonic()
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    logs = os.path.relpath(folder)
    terminal = Terminal(STEPS)
    programs = Programs(folder, terminal)
    machine = Machine(programs, folder, arguments.port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        chapters = Chapters(folder, terminal, programs, machine)
        tell(chapters, terminal, install_seconds=arguments.install_seconds, keep=arguments.keep)
    except KeyboardInterrupt:
        return _stop(machine, terminal, f"Interrupted in {terminal.current}.", INTERRUPTED)
    except (SayableError, UploadError, BotoCoreError, ClientError, OSError) as error:
        return _stop(machine, terminal, f"Failed in {terminal.current}: {sentence(error)}\nLogs: {logs}", 1)
    except BaseException:
        _stop(machine, terminal, f"Failed in {terminal.current}. Logs: {logs}", 1)
        raise
    if arguments.keep:
        machine.keep()
        terminal.say(farewell(machine, chapters.deployment))
        return 0
    machine.stop(delete=True)
    seconds = time.monotonic() - started + arguments.install_seconds
    print(f"\nThe local AWS is stopped and forgotten. That was the whole story, in {seconds:.0f} s.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m client.demo", description="What make demo runs.")
    parser.add_argument("--install-seconds", type=float, default=0.0, help="how long make install took")
    parser.add_argument("--keep", action="store_true", help="stop before destroying, and leave AWS running")
    parser.add_argument("--folder", type=Path, default=Path(".demo"), help="logs, pictures and AWS's state")
    parser.add_argument("--port", type=int, default=4566, help="where AWS listens on 127.0.0.1")
    return parser.parse_args()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop(machine: Machine, terminal: Terminal, why: str, code: int) -> int:
    # A second Ctrl-C must not leave the first one's cleaning up half done.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        print(f"\n{why}\nStopping what the demo started ...", file=sys.stderr)
    terminal.mute()
    machine.stop(delete=False)
    return code


if __name__ == "__main__":
    sys.exit(main())
