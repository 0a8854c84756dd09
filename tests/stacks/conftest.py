"""Syntheses, one per session and settings, through the entry point and context of the CDK command line."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.stacks.templates import TemplateOf

ROOT = Path(__file__).parent.parent.parent
TOOLCHAIN = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"

Synthesize = Callable[..., "subprocess.CompletedProcess[str]"]


def _environment(outdir: Path, context: dict[str, object], hash_seed: str) -> dict[str, str]:
    """Return the environment that the CDK command line gives to the app, without credentials or a region."""
    from_file = json.loads((ROOT / "cdk.json").read_text())["context"]
    return {
        "PATH": TOOLCHAIN,
        # Where jsii unpacks its packages once, as in the Makefile: next to the tools, not in the home.
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(ROOT / "node_modules" / ".cache" / "jsii"),
        "PYTHONHASHSEED": hash_seed,
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({**from_file, **context}),
    }


@pytest.fixture(scope="session")
def synthesize() -> Synthesize:
    """Return a function that runs app.py as the CDK command line does, and returns the finished process."""

    def run(outdir: Path, *, hash_seed: str = "0", **settings: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=_environment(outdir, settings, hash_seed),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture(scope="session")
def assembly(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function from settings to the folder of their synthesis, which all xdist workers share."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "assemblies"
    shared.mkdir(exist_ok=True)

    def folder(**settings: object) -> Path:
        key = json.dumps(settings, sort_keys=True)
        made = shared / hashlib.sha256(key.encode()).hexdigest()[:16]
        with made.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                outdir = tmp_path_factory.mktemp("cdk.out")
                finished = synthesize(outdir, **settings)
                assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
                outdir.rename(made)
        return made

    return folder


@pytest.fixture(scope="session")
def template(assembly: Callable[..., Path]) -> TemplateOf:
    """Return a function from a stack (Storage, Training, Serving) and settings to its template."""

    def load(kind: str, **settings: object) -> dict[str, Any]:
        (path,) = assembly(**settings).glob(f"*{kind}.template.json")
        document: dict[str, Any] = json.loads(path.read_text())
        return document

    return load


@pytest.fixture(scope="session", params=["dev", "prod"])
def environment(request: pytest.FixtureRequest) -> str:
    """Each environment, without overrides."""
    return str(request.param)


@pytest.fixture(scope="session")
def overridden() -> dict[str, object]:
    """Settings that differ from the defaults in every template property."""
    return {
        "environment": "dev",
        "name": "alice",
        "region": "eu-north-1",
        "algorithm": "open",
        "endpoint_instance_type": "ml.m5.large",
        "endpoint_instance_count": "2",
        "endpoint_max_instance_count": "2",
        "log_retention_days": "7",
        "notification_email": "alice@example.com",
        "kms_key_arn": "arn:aws:kms:eu-north-1:123456789012:key/0123",
    }
