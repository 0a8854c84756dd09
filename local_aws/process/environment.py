"""Environment variables: those of the server, and those that point AWS's own tools at it."""

import os
import shutil
from pathlib import Path

ACCOUNT = "123456789012"
ADMINISTRATOR = "test"  # ministack's access key and secret of the account's root
WAIT_SCALE = 0.1  # Wait states and retries wait this part of their seconds


def client_exports(port: int, region: str) -> dict[str, str]:
    """Return the variables that point boto3 and the CLIs of AWS and CDK at the server, as administrator."""
    endpoint = f"http://127.0.0.1:{port}"
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION": endpoint,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_VALIDATION": "false",
        # Where both are set, Python and curl read only the lower-case one.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def server_environment(port: int, region: str, state: Path, modules: Path | None) -> dict[str, str]:
    """Return the server's environment: the caller's without AWS settings, with ministack's settings.

    Parameters
    ----------
    port, region
        The server's port, and the region of requests that name none.
    state
        The state folder; the server writes only there.
    modules
        The node_modules from which Node.js functions may load packages, if there is one.
    """
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "LOCALSTACK_"))
    }
    environment |= client_exports(port, region) | {
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": region,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "objects"),
        "TMPDIR": str(state / "tmp"),
        "SFN_WAIT_SCALE": str(WAIT_SCALE),
        "PYTHONUNBUFFERED": "1",
    }
    if modules:
        environment["NODE_PATH"] = str(modules)
        environment["PATH"] = os.pathsep.join([str(modules / ".bin"), os.environ.get("PATH", os.defpath)])
    return environment


def node_modules() -> Path | None:
    """Return the node_modules of the working directory or of the nearest folder above that has one."""
    current = Path.cwd()
    return next(
        (path for folder in (current, *current.parents) if (path := folder / "node_modules").is_dir()), None
    )


def node_warning(modules: Path | None) -> str | None:
    """Return a warning if Node.js functions can't run: CDK empties buckets with one."""
    consequence = "Until then a bucket with auto_delete_objects cannot be deployed or destroyed."
    path = os.pathsep.join([str(modules / ".bin") if modules else "", os.environ.get("PATH", os.defpath)])
    if shutil.which("node", path=path) is None:
        return f"Node.js is missing: install it (https://nodejs.org), then npm install. {consequence}"
    if modules is None or not (modules / "@aws-sdk" / "client-s3").is_dir():
        return (
            "@aws-sdk/client-s3 is in no node_modules of the working directory or above it: "
            f"npm install @aws-sdk/client-s3. {consequence}"
        )
    return None
