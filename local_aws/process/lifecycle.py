"""Starts, stops and recovers the server of a state folder."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from local_aws.process import environment
from local_aws.process.control import UserError, describe_server, refuse_taken_port
from local_aws.process.process_records import ProcessRecord, ProcessRecords, start_time, write_atomically

READY_SECONDS = 60
SAVE_SECONDS = 60  # a state of tens of megabytes takes some seconds, more on a busy machine


@dataclass(frozen=True)
class Server:
    """A server that was started, as recorded in its state folder."""

    pid: int
    started: str
    port: int
    region: str

    @property
    def is_running(self) -> bool:
        """Whether this process still runs."""
        return self._process.is_running

    @property
    def endpoint(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop it, and give it the time to save its state."""
        self._process.stop(grace=SAVE_SECONDS)

    @property
    def _process(self) -> ProcessRecord:
        return ProcessRecord(self.pid, self.started, "")


class LocalAws:
    """The local AWS of a state folder.

    Parameters
    ----------
    state
        The folder with its state, its log and its server's pid.
    """

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self.log = self.state / "server.log"
        self.server_file = self.state / "server.json"
        self.processes = ProcessRecords(self.state)

    def server(self) -> Server | None:
        """Return the server that the state folder records; a clean stop removes the record."""
        return Server(**json.loads(self.server_file.read_text())) if self.server_file.exists() else None

    def up(self, port: int, region: str, images: Path | None) -> Server:
        """Start the server and wait until it responds.

        Raises
        ------
        UserError
            If the port is taken, the folder has other content, or the server ends before it is ready.
        """
        refuse_taken_port(port)
        self._refuse_other_folder()
        self.state.mkdir(parents=True, exist_ok=True)
        self.log.touch()
        (self.state / "tmp").mkdir(exist_ok=True)
        process = self._start(port, region, images)
        server = Server(process.pid, start_time(process.pid) or "", port, region)
        try:
            write_atomically(self.server_file, json.dumps(asdict(server)))
            self._wait_until_ready(process, server)
        except BaseException:
            server.stop()
            self.server_file.unlink(missing_ok=True)
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

    def _wait_until_ready(self, process: subprocess.Popen[bytes], server: Server) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while describe_server(server.port) is None:
            if process.poll() is not None:
                raise UserError(
                    f"The server ended before it was ready: {self._last_log_line()} (log: {self.log})"
                )
            if time.monotonic() > deadline:
                raise UserError(f"The server wasn't ready within {READY_SECONDS} seconds (log: {self.log}).")
            time.sleep(0.1)

    def _last_log_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it wrote nothing"

    def recover(self) -> list[ProcessRecord]:
        """Clean up after a server that was killed; return its child processes that still ran."""
        orphans = self.processes.stop_all()
        shutil.rmtree(self.state / "tmp", ignore_errors=True)
        self.server_file.unlink(missing_ok=True)
        return orphans

    def down(self) -> bool:
        """Stop the server and its child processes; keep the state. Return whether the server ran."""
        if not self._is_state_folder():
            return False
        server = self.server()
        running = server is not None and server.is_running
        if server is not None and running:
            server.stop()
        self.recover()
        return running

    def delete(self) -> None:
        """Delete the state folder.

        Raises
        ------
        UserError
            If the folder has other content.
        """
        self._refuse_other_folder()
        shutil.rmtree(self.state, ignore_errors=True)

    def _is_state_folder(self) -> bool:
        return self.log.exists() or self.server_file.exists()

    def _refuse_other_folder(self) -> None:
        """Refuse a folder with other content: the content of a state folder may be deleted."""
        if self.state.is_dir() and any(self.state.iterdir()) and not self._is_state_folder():
            raise UserError(
                f"{self.state} contains files that are not a local AWS's: name another folder with --state."
            )
