"""Start, stop and describe the server of a state folder."""

import json
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local_aws.process import environment
from local_aws.process.child_processes import Program, Record, start_time, write_whole

READY_WITHIN = 60  # seconds
SAVED_WITHIN = 60  # seconds: a state of tens of megabytes takes some, more on a busy machine


class MachineError(RuntimeError):
    """What a person can do something about, as a sentence."""


@dataclass(frozen=True)
class Server:
    """A server that was started: what its state folder says about it."""

    pid: int
    started: str
    port: int
    region: str

    @property
    def runs(self) -> bool:
        """Whether this very process is there."""
        return Program(self.pid, self.started, "").runs

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


class Machine:
    """The AWS of one state folder.

    Parameters
    ----------
    state
        The folder that holds everything it keeps, its log and its process's pid.
    """

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self.log = self.state / "server.log"
        self.file = self.state / "server.json"
        self.programs = Record(self.state)

    def server(self) -> Server | None:
        """Return what the state folder says of its server; one that was stopped properly says nothing."""
        return Server(**json.loads(self.file.read_text())) if self.file.exists() else None

    def up(self, port: int, region: str, images: Path | None) -> Server:
        """Start the server and wait until it answers.

        Raises
        ------
        MachineError
            If the port is taken, the folder holds something else, or the server ends before it is ready.
        """
        refuse_taken_port(port)
        self._refuse_other_folder()
        self.state.mkdir(parents=True, exist_ok=True)
        self.log.touch()
        (self.state / "tmp").mkdir(exist_ok=True)
        process = self._start(port, region, images)
        server = Server(process.pid, start_time(process.pid) or "", port, region)
        try:
            write_whole(self.file, json.dumps(asdict(server)))
            self._wait(process, server)
        except BaseException:
            Program(server.pid, server.started, "").end(patience=SAVED_WITHIN)
            self.file.unlink(missing_ok=True)
            raise
        return server

    def _start(self, port: int, region: str, images: Path | None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "local_aws.server", "--state", str(self.state), "--port", str(port)]
        modules = environment.node_modules()
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command + (["--images", str(images.resolve())] if images else []),
                env=environment.server_environment(port, region, self.state, modules),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait(self, process: subprocess.Popen[bytes], server: Server) -> None:
        until = time.monotonic() + READY_WITHIN
        while who(server.port) is None:
            if process.poll() is not None:
                raise MachineError(
                    f"The server ended before it was ready: {self._last_words()} (log: {self.log})"
                )
            if time.monotonic() > until:
                raise MachineError(
                    f"The server wasn't ready within {READY_WITHIN} seconds (log: {self.log})."
                )
            time.sleep(0.1)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it wrote nothing"

    def recover(self) -> list[Program]:
        """Clear away what a server that was killed has left; return the programs of it that still ran."""
        orphans = self.programs.end_all()
        shutil.rmtree(self.state / "tmp", ignore_errors=True)
        self.file.unlink(missing_ok=True)
        return orphans

    def down(self) -> bool:
        """Stop the server if it runs, and whatever it started; keep its state. Return whether it ran."""
        if not self._is_ours():
            return False
        server = self.server()
        running = server is not None and server.runs
        if server is not None and running:
            Program(server.pid, server.started, "").end(patience=SAVED_WITHIN)
        self.recover()
        return running

    def delete(self) -> None:
        """Forget everything.

        Raises
        ------
        MachineError
            If the folder holds something else.
        """
        self._refuse_other_folder()
        shutil.rmtree(self.state, ignore_errors=True)

    def _is_ours(self) -> bool:
        return self.log.exists() or self.file.exists()

    def _refuse_other_folder(self) -> None:
        """Keep out of a folder of something else: what is in the state's folder may be deleted."""
        if self.state.is_dir() and any(self.state.iterdir()) and not self._is_ours():
            raise MachineError(
                f"{self.state} holds something else than a local AWS: name a folder of its own with --state."
            )


def who(port: int) -> dict[str, Any] | None:
    """Return what a local AWS on that port says about itself, or None if there is none that answers."""
    try:
        said = _ask(port, "/_local_aws")
    except (OSError, ValueError):
        return None
    return said if "state" in said else None


def faults(server: Server, method: str, fault: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Add a fault (POST), forget them all (DELETE) or just look (GET); return those that are waiting.

    Raises
    ------
    MachineError
        If the server refuses the fault; the message says why.
    """
    try:
        waiting: list[dict[str, Any]] = _ask(server.port, "/_local_aws/faults", method, fault)["faults"]
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise MachineError(json.load(refusal)["message"]) from refusal
    return waiting


def _ask(port: int, path: str, method: str = "GET", asked: dict[str, Any] | None = None) -> dict[str, Any]:
    body = None if asked is None else json.dumps(asked).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=body, method=method, headers=headers
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=2) as answer:
        said: dict[str, Any] = json.load(answer)
    return said


def refuse_taken_port(port: int) -> None:
    """Raise `MachineError` if something listens on the port already, and say who if it is one of ours."""
    said = who(port)
    if said:
        raise MachineError(
            f"Port {port} is taken by another local AWS (pid {said['pid']}, state {said['state']}): "
            f"stop it with python -m local_aws down --state {shlex.quote(said['state'])}, "
            "or choose another --port."
        )
    if answers(port):
        raise MachineError(
            f"Port {port} is taken by another program: stop it, or choose another with --port."
        )


def answers(port: int) -> bool:
    """Whether anything accepts connections on a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
