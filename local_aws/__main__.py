"""The command line: python -m local_aws up | down | status | env | fault."""

import argparse
import json
import os
import shlex
import sys
from pathlib import Path

from local_aws.process.environment import client_exports, node_complaint, node_modules
from local_aws.process.lifecycle import Machine, MachineError, Server, faults

LARGEST_PORT = 65535


def main() -> None:
    """Do what the arguments say; a failure is one sentence on stderr and exit code 1."""
    arguments = _parser().parse_args()
    try:
        arguments.run(Machine(arguments.state), arguments)
    except (MachineError, OSError) as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_aws", description="AWS on 127.0.0.1.")
    commands = parser.add_subparsers(required=True, metavar="up | down | status | env | fault")

    def command(name: str, run: object, summary: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        sub.set_defaults(run=run)
        sub.add_argument(
            "--state",
            type=Path,
            default=Path(".local_aws"),
            help="the folder of its state and its log (default: %(default)s)",
        )
        return sub

    up = command("up", _up, "Start it in the background and wait until it is ready.")
    up.add_argument("--port", type=_port, default=4566, help="where it listens on 127.0.0.1 (default: 4566)")
    up.add_argument("--images", type=Path, help="a TOML file that says which programs SageMaker's images are")
    down = command("down", _down, "Stop it and everything that it started; its state is kept.")
    down.add_argument("--delete", action="store_true", help="forget its state too")
    status = command("status", _status, "Say what runs.")
    env = command(
        "env", _env, "Print the shell's exports that point AWS's tools at it, as the administrator."
    )
    for sub in (status, env):
        sub.add_argument("--json", action="store_true", help="for a program to read")
    fault = command("fault", _fault, "Let the next calls of an action, or the next jobs, fail.")
    fault.add_argument(
        "target",
        nargs="?",
        help="an action as IAM names it (sagemaker:CreateTrainingJob), training-job or transform-job",
    )
    fault.add_argument("error", nargs="?", help="the error's code; of a job its FailureReason")
    fault.add_argument("--message", default="", help="the error's message")
    fault.add_argument("--times", type=_times, default=1, help="how many calls or jobs fail (default: 1)")
    fault.add_argument("--list", action="store_true", help="only say what is still to fail")
    fault.add_argument("--clear", action="store_true", help="let nothing fail any more")
    return parser


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= LARGEST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: it is a number from 1 to {LARGEST_PORT}")
    return int(text)


def _times(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of times: it is 1 or more")
    return int(text)


def _up(machine: Machine, arguments: argparse.Namespace) -> None:
    server = machine.server()
    if server and server.runs:
        print(f"AWS already runs at {server.endpoint} (pid {server.pid}, state {machine.state}).")
        return
    if arguments.images and not arguments.images.is_file():
        raise MachineError(
            f"There is no file {arguments.images}: --images names the TOML file of the images."
        )
    if complaint := node_complaint(node_modules()):
        print(complaint, file=sys.stderr)
    if server or list(machine.programs):
        _recover(machine, server)
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    server = machine.up(arguments.port, region, arguments.images)
    print(f"AWS runs at {server.endpoint} (pid {server.pid}, state {machine.state}).")


def _recover(machine: Machine, server: Server | None) -> None:
    orphans = machine.recover()
    pid = f" (pid {server.pid})" if server else ""
    print(
        f"The last server{pid} didn't stop properly. What changed after its last finished stack operation or "
        "execution is lost; executions and training jobs that ran count as failed.",
        file=sys.stderr,
    )
    for orphan in orphans:
        print(f"Ended what it left running: {orphan.what} (pid {orphan.pid}).", file=sys.stderr)


def _down(machine: Machine, arguments: argparse.Namespace) -> None:
    ran = machine.down()
    if arguments.delete:
        machine.delete()
    kept = "forgotten" if arguments.delete else "kept"
    print(f"AWS {'stopped' if ran else 'did not run'}; its state in {machine.state} is {kept}.")


def _status(machine: Machine, arguments: argparse.Namespace) -> None:
    server = machine.server()
    running = server if server is not None and server.runs else None
    programs = [program for program in machine.programs if program.runs]
    if arguments.json:
        said = {
            "running": running is not None,
            "endpoint": running.endpoint if running else None,
            "pid": running.pid if running else None,
            "state": str(machine.state),
            "log": str(machine.log),
            "programs": [{"pid": program.pid, "what": program.what} for program in programs],
        }
        print(json.dumps(said))
        return
    print(_told(machine, server))
    for program in programs:
        print(f"{program.what} (pid {program.pid})")


def _told(machine: Machine, server: Server | None) -> str:
    if server is None:
        return f"AWS does not run (state {machine.state})."
    if server.runs:
        return f"AWS runs at {server.endpoint} (pid {server.pid}, state {machine.state}, log {machine.log})."
    return (
        f"AWS does not run: its server (pid {server.pid}) was killed. The command that started it recovers "
        f"it: python -m local_aws up --state {shlex.quote(str(machine.state))} --port {server.port} ..."
    )


def _running(machine: Machine) -> Server:
    server = machine.server()
    if server is None or not server.runs:
        raise MachineError(
            f"AWS does not run with the state {machine.state}: "
            f"python -m local_aws up --state {shlex.quote(str(machine.state))} starts it."
        )
    return server


def _fault(machine: Machine, arguments: argparse.Namespace) -> None:
    if arguments.list or arguments.clear:
        waiting = faults(_running(machine), "DELETE" if arguments.clear else "GET")
    elif arguments.target and arguments.error:
        asked = {name: getattr(arguments, name) for name in ("target", "error", "message", "times")}
        waiting = faults(_running(machine), "POST", asked)
    else:
        raise MachineError(
            "Name what is to fail and how: python -m local_aws fault sagemaker:CreateTrainingJob "
            "ThrottlingException; or ask for --list or --clear."
        )
    for fault in waiting:
        text = f" ({fault['message']})" if fault["message"] else ""
        print(f"{fault['target']} fails {fault['times']} times: {fault['error']}{text}")
    if not waiting:
        print("Nothing is asked to fail.")


def _env(machine: Machine, arguments: argparse.Namespace) -> None:
    server = _running(machine)
    exports = client_exports(server.port, server.region)
    if arguments.json:
        print(json.dumps(exports))
        return
    # A profile, a session's token or an endpoint of one service would win over what is exported.
    for name in sorted(name for name in os.environ if name.startswith("AWS_") and name not in exports):
        print(f"unset {name}")
    for name, value in exports.items():
        print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
