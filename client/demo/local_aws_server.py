"""The demo's own local AWS, with its state in .demo/local_aws."""

import fcntl
import json
import os
import sys
from pathlib import Path

from client.demo.subprocess_runner import SubprocessRunner
from client.errors import UserError


class LocalAwsServer:
    """Starts and stops the local AWS by its command line, as a user does.

    Parameters
    ----------
    runner
        Runs the command line.
    folder
        The demo's folder.
    port
        The port on 127.0.0.1.
    """

    def __init__(self, runner: SubprocessRunner, folder: Path, port: int) -> None:
        self.runner = runner
        self.port = port
        self.state = folder / "local_aws"
        # It is in the folder of the state, so that deleting the state deletes it too.
        self.kept_marker = self.state / "kept-by-the-demo"
        # The descriptor holds the lock until this process ends.
        self._lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        self._started = False

    def command(self, verb: str, *arguments: str) -> str:
        """Return a local_aws command for the user to type."""
        return " ".join(["python -m local_aws", verb, "--state", os.path.relpath(self.state), *arguments])

    @property
    def delete_command(self) -> str:
        """The command that ends a kept demo."""
        return self.command("down", "--delete")

    def start(self) -> None:
        """Start with an empty state, and point this process at the server with administrator credentials.

        Raises
        ------
        UserError
            Another demo is running or was kept, the port is in use, or the server does not start.
        """
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"Another demo is running, with its state in {self.state}.") from None
        if self.kept_marker.exists():
            raise UserError(
                f"An earlier demo was kept. Delete it, then run this again: {self.delete_command}"
            )
        self._started = True
        self.stop(delete=True)
        # AWS_REGION is removed too: the region of the demo is the server's default.
        set_aws_environment({})
        self._run("local-aws-up", "up", "--port", str(self.port))
        set_aws_environment(json.loads(self._run("local-aws-env", "env", "--json")))

    def stop(self, *, delete: bool) -> None:
        """Stop the server and its processes, if this demo started it; delete its state on request."""
        if self._started and self.state.exists():
            self._run("local-aws-down", "down", *(["--delete"] if delete else []))

    def keep(self) -> None:
        """Mark the server as kept, so that the next demo does not delete it."""
        self.kept_marker.touch()

    def container_processes(self) -> list[str]:
        """List the processes of SageMaker's containers, as `python -m local_aws status` does."""
        status = json.loads(self._run("local-aws-status", "status", "--json"))
        return [f"{program['what']} (pid {program['pid']})" for program in status["programs"]]

    def _run(self, step: str, verb: str, *arguments: str) -> str:
        command = [sys.executable, "-m", "local_aws", verb, "--state", str(self.state), *arguments]
        return self.runner.run(step, command)


def set_aws_environment(variables: dict[str, str]) -> None:
    """Point this process and its subprocesses at one AWS endpoint.

    Parameters
    ----------
    variables
        The variables to set. All other AWS_ variables are removed, such as the user's AWS_PROFILE.
    """
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[variable]
    os.environ.update(variables)
