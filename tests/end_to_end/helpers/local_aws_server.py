"""A local AWS for one test module, driven through its command line, the cdk CLI and boto3."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local_aws.process.ports import free_port

ROOT = Path(__file__).parents[3]
IMAGES = ROOT / "container" / "local-images.toml"
PATH = os.pathsep.join(
    [str(ROOT / "node_modules" / ".bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
)


@dataclass
class LocalAws:
    """A local AWS: its state is in `folder`, the synthesized templates in `folder / cdk.out`."""

    folder: Path
    images: Path = IMAGES
    port: int = field(default_factory=free_port)
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "local_aws", *arguments, "--state", str(self.state)]
        return run(command, os.environ | {"PATH": PATH})

    def up(self) -> str:
        completed = self.command("up", "--port", str(self.port), "--images", str(self.images))
        assert completed.returncode == 0, completed.stderr
        return completed.stdout + completed.stderr

    def down(self, *arguments: str) -> None:
        while self._clients:
            self._clients.popitem()[1].close()
        completed = self.command("down", *arguments)
        assert completed.returncode == 0, completed.stderr

    @cached_property
    def environment(self) -> dict[str, str]:
        completed = self.command("env", "--json")
        assert completed.returncode == 0, completed.stderr
        return {**os.environ, "PATH": PATH, **json.loads(completed.stdout)}

    def client(self, service: str) -> Any:
        """A boto3 client of the administrator that does not retry, so that a test sees the first response."""
        if service not in self._clients:
            self._clients[service] = boto3.client(  # type: ignore[call-overload]  # its name is a variable
                service,
                endpoint_url=self.environment["AWS_ENDPOINT_URL"],
                region_name=self.environment["AWS_REGION"],
                aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[service]

    def cdk(self, *arguments: str, **context: object) -> subprocess.CompletedProcess[str]:
        settings = [word for key, value in context.items() for word in ("-c", f"{key}={value}")]
        command = ["cdk", "--no-notices", "--output", str(self.folder / "cdk.out"), *arguments, *settings]
        return run(command, self.environment | {"CDK_DISABLE_CLI_TELEMETRY": "true"})

    @contextlib.contextmanager
    def fault(self, *arguments: str) -> Iterator[None]:
        """Inject a failure into the next matching call or job."""
        completed = self.command("fault", *arguments, "--times", "1")
        assert completed.returncode == 0, completed.stderr
        yield
        completed = self.command("fault", "--clear")
        assert completed.returncode == 0, completed.stderr

    def server_pid(self) -> int:
        completed = self.command("status", "--json")
        assert completed.returncode == 0, completed.stderr
        return int(json.loads(completed.stdout)["pid"])


def run(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 -- callers check the return code
        list(command), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280
    )


@contextlib.contextmanager
def running_local_aws(
    folder: Path, images: Path = IMAGES, *, state: Path | None = None
) -> Iterator[LocalAws]:
    """Run a local AWS, empty or with a copy of `state`, and delete it afterwards."""
    local_aws = LocalAws(folder, images)
    if state:
        shutil.copytree(state, local_aws.state)
    local_aws.up()
    try:
        yield local_aws
    finally:
        local_aws.down("--delete")
