"""The demo's own AWS on this machine, in .demo/local_aws."""

import json
import os
import sys
from pathlib import Path

from client.errors import SayableError
from client.story.programs import Programs


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
        self.kept = folder / "kept"

    def command(self, verb: str, *arguments: str) -> str:
        """Compose the command for a person to type."""
        return " ".join(["python -m local_aws", verb, "--state", os.path.relpath(self.state), *arguments])

    @property
    def forget(self) -> str:
        """The command that ends a kept demo."""
        return f"{self.command('down', '--delete')} && rm {os.path.relpath(self.kept)}"

    def start(self) -> None:
        """Start from nothing, and point this process's AWS at it, as its administrator.

        Raises
        ------
        SayableError
            An earlier demo was kept, the port is taken, or the server doesn't start.
        """
        if self.kept.exists():
            raise SayableError(f"An earlier demo was kept. Forget it, then run this again: {self.forget}")
        self.stop(delete=True)
        images = ("--images", "container/local-images.toml")
        self._run("local-aws-up", "up", "--port", str(self.port), *images)
        point_at(json.loads(self._run("local-aws-env", "env", "--json")))

    def stop(self, *, delete: bool) -> None:
        """Stop it, whatever runs in it included, and forget its state if told so."""
        if self.state.exists():
            self._run("local-aws-down", "down", *(["--delete"] if delete else []))

    def keep(self) -> None:
        """Leave it running after the demo, so that the next demo doesn't wipe it away unasked."""
        self.kept.touch()

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
