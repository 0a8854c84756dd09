"""The demo's own AWS on this machine, in .demo/local_aws."""

import fcntl
import json
import os
import sys
from pathlib import Path

from client.demo.subprocess_runner import Programs
from client.errors import SayableError


class Machine:
    """Starts and stops the local AWS through its command line, as a person does.

    Parameters
    ----------
    programs
        Runs the command line.
    folder
        The demo's folder.
    port
        Where it listens on 127.0.0.1.
    """

    def __init__(self, programs: Programs, folder: Path, port: int) -> None:
        self.programs = programs
        self.port = port
        self.state = folder / "local_aws"
        # In the state's folder, so that forgetting the state forgets this too.
        self.kept = self.state / "kept-by-the-demo"
        # Held, by its descriptor, until this process ends.
        self._lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        self._ours = False

    def command(self, verb: str, *arguments: str) -> str:
        """Compose the command for a person to type."""
        return " ".join(["python -m local_aws", verb, "--state", os.path.relpath(self.state), *arguments])

    @property
    def forget(self) -> str:
        """The command that ends a kept demo."""
        return self.command("down", "--delete")

    def start(self) -> None:
        """Start from nothing, and point this process's AWS at it, as its administrator.

        Raises
        ------
        SayableError
            Another demo runs or was kept, the port is taken, or the server doesn't start.
        """
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SayableError(f"Another demo is running, with its state in {self.state}.") from None
        if self.kept.exists():
            raise SayableError(f"An earlier demo was kept. Forget it, then run this again: {self.forget}")
        self._ours = True
        self.stop(delete=True)
        # The region too: the settings' default must be the machine's, whatever the caller works in otherwise.
        point_at({})
        images = ("--images", "container/local-images.toml")
        self._run("local-aws-up", "up", "--port", str(self.port), *images)
        point_at(json.loads(self._run("local-aws-env", "env", "--json")))

    def stop(self, *, delete: bool) -> None:
        """Stop what this demo started, whatever runs in it included, and forget its state if told so."""
        if self._ours and self.state.exists():
            self._run("local-aws-down", "down", *(["--delete"] if delete else []))

    def keep(self) -> None:
        """Leave it running after the demo, so that the next demo doesn't wipe it away unasked."""
        self.kept.touch()

    def programs_in_it(self) -> list[str]:
        """Say the processes that play SageMaker's containers, as the status command lists them."""
        status = json.loads(self._run("local-aws-status", "status", "--json"))
        return [f"{program['what']} (pid {program['pid']})" for program in status["programs"]]

    def _run(self, step: str, verb: str, *arguments: str) -> str:
        command = [sys.executable, "-m", "local_aws", verb, "--state", str(self.state), *arguments]
        return self.programs.run(step, command)


def point_at(exports: dict[str, str]) -> None:
    """Point this process, and the programs that it runs, at one AWS and no other.

    Parameters
    ----------
    exports
        Variable to value; every other AWS_ variable is dropped, so that no profile of the caller gets a say.
    """
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[variable]
    os.environ.update(exports)
