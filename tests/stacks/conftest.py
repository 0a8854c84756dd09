"""Syntheses, each made once a session, through the same entry point and context as the CDK's command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
TOOLCHAIN = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"

Synthesize = Callable[..., "subprocess.CompletedProcess[str]"]
TemplateOf = Callable[..., dict[str, Any]]


def _environment(outdir: Path, context: dict[str, object], hash_seed: str) -> dict[str, str]:
    """Return what the CDK CLI hands to the app, and neither credentials nor a region."""
    from_file = json.loads((ROOT / "cdk.json").read_text())["context"]
    return {
        "PATH": TOOLCHAIN,
        # Where jsii unpacks its packages once: as `make` has it, beside the tools and not in the home.
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(ROOT / "node_modules" / ".cache" / "jsii"),
        "PYTHONHASHSEED": hash_seed,
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({**from_file, **context}),
    }


@pytest.fixture(scope="session")
def synthesize() -> Synthesize:
    """Run app.py as the CDK CLI does: (folder, hash seed, settings) -> the finished process."""

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
    """Return the folder of a synthesis with these settings, made when first asked for."""
    made: dict[str, Path] = {}

    def folder(**settings: object) -> Path:
        key = json.dumps(settings, sort_keys=True)
        if key not in made:
            outdir = tmp_path_factory.mktemp("cdk.out")
            finished = synthesize(outdir, **settings)
            assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
            made[key] = outdir
        return made[key]

    return folder


@pytest.fixture(scope="session")
def template(assembly: Callable[..., Path]) -> TemplateOf:
    """Return the template of a kind of stack (Storage, Training, Serving) under these settings."""

    def load(kind: str, **settings: object) -> dict[str, Any]:
        (path,) = assembly(**settings).glob(f"*{kind}.template.json")
        document: dict[str, Any] = json.loads(path.read_text())
        return document

    return load


@pytest.fixture(scope="session", params=["dev", "prod"])
def environment(request: pytest.FixtureRequest) -> str:
    """Each environment in turn, as it is without overrides."""
    return str(request.param)


@pytest.fixture(scope="session")
def overridden() -> dict[str, object]:
    """Settings that differ from every default that shows in a template."""
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
