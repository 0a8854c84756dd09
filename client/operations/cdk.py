"""The project's cdk command line, with the environment that the Makefile gives it."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from client.deployment import Deployment
from client.errors import UserError

ROOT = Path(__file__).resolve().parent.parent.parent
RunCommand = Callable[[Sequence[str]], object]


def command(deployment: Deployment, verb: str, *arguments: str) -> list[str]:
    """Return the command line of one cdk command for one deployment.

    Parameters
    ----------
    deployment
        The deployment to select.
    verb
        The cdk command, such as deploy.
    *arguments
        Its arguments.
    """
    return ["cdk", "--no-notices", verb, *arguments, *deployment.cdk_context]


def environment() -> dict[str, str]:
    """Copy the environment of this process; the project's tools come first on the PATH, caches are local."""
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
    """Run a cdk command in the project's folder; its output goes to stderr.

    Parameters
    ----------
    arguments
        The command line that `command` returned.

    Raises
    ------
    UserError
        The cdk command line is not installed, or the command failed.
    """
    try:
        subprocess.run(arguments, cwd=ROOT, env=environment(), stdout=sys.stderr, check=True)
    except FileNotFoundError:
        raise UserError("The cdk command line is not installed: run make install.") from None
    except subprocess.CalledProcessError as error:
        raise UserError(f"{' '.join(arguments)} failed with exit code {error.returncode}.") from None
