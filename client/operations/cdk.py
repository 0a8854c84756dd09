"""The cdk command line that this project pins, as the Makefile runs it."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from client.deployment import Deployment
from client.errors import SayableError

ROOT = Path(__file__).resolve().parent.parent.parent
Run = Callable[[Sequence[str]], object]


def command(deployment: Deployment, verb: str, *arguments: str) -> list[str]:
    """Compose the command line of one cdk command for one deployment.

    Parameters
    ----------
    deployment
        What the command is about.
    verb
        Such as deploy.
    *arguments
        What follows it.
    """
    return ["cdk", "--no-notices", verb, *arguments, *deployment.context]


def environment() -> dict[str, str]:
    """Copy the environment of this process, with the project's tools first and their caches beside them."""
    caches = ROOT / "node_modules" / ".cache"
    folders = [str(ROOT / "node_modules" / ".bin"), str(Path(sys.executable).parent)]
    path = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    return os.environ | {
        "PATH": path,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_HOME": str(caches / "cdk"),
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(caches / "jsii"),
    }


def run(arguments: Sequence[str]) -> None:
    """Run a cdk command in the project's folder; what it prints is talk, and goes to stderr.

    Parameters
    ----------
    arguments
        What `command` returned.

    Raises
    ------
    SayableError
        The command isn't installed, or failed.
    """
    try:
        subprocess.run(arguments, cwd=ROOT, env=environment(), stdout=sys.stderr, check=True)
    except FileNotFoundError:
        raise SayableError("The cdk command line is not installed: run make install.") from None
    except subprocess.CalledProcessError as error:
        raise SayableError(f"{' '.join(arguments)} failed with exit code {error.returncode}.") from None
