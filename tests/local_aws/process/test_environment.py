from pathlib import Path

import pytest

from local_aws.process.environment import client_exports, node_modules, node_warning, server_environment


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node_modules with node and the S3 client in it, and nothing else on the PATH."""
    monkeypatch.setenv("PATH", "")
    folder = tmp_path / "node_modules"
    (folder / "@aws-sdk" / "client-s3").mkdir(parents=True)
    node = folder / ".bin" / "node"
    node.parent.mkdir()
    node.write_text("")
    node.chmod(0o755)
    return folder


def test_node_with_the_s3_client_leads_to_no_warning(modules: Path) -> None:
    assert node_warning(modules) is None


def test_the_warning_explains_how_to_install_node(modules: Path) -> None:
    (modules / ".bin" / "node").unlink()
    assert str(node_warning(modules)).startswith("Node.js is missing: install it")


def test_the_warning_explains_how_to_install_the_s3_client(modules: Path) -> None:
    (modules / "@aws-sdk" / "client-s3").rmdir()
    assert "npm install @aws-sdk/client-s3" in str(node_warning(modules))


def test_the_nearest_node_modules_above_is_used(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = modules.parent / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert node_modules() == modules


def test_the_servers_environment_excludes_the_callers_credentials(
    modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "callers")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "callers")
    environment = server_environment(4566, "eu-west-1", modules.parent, modules)
    assert "callers" not in environment.values()
    assert environment["NODE_PATH"] == str(modules)
    assert environment["PATH"].startswith(str(modules / ".bin"))
    assert environment["TMPDIR"] == str(modules.parent / "tmp")


def test_exports_point_clients_at_every_service_and_at_no_other_configuration() -> None:
    exports = client_exports(4566, "eu-west-1")
    assert exports["AWS_ENDPOINT_URL"] == exports["AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION"]
    assert exports["AWS_CONFIG_FILE"] == exports["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert exports["AWS_REGION"] == "eu-west-1"
