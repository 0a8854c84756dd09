from pathlib import Path

import pytest

from local_aws.process.environment import client_exports, node_complaint, node_modules, server_environment


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


def test_with_node_and_the_s3_client_there_is_nothing_to_say(modules: Path) -> None:
    assert node_complaint(modules) is None


def test_without_node_it_says_how_to_get_it(modules: Path) -> None:
    (modules / ".bin" / "node").unlink()
    assert str(node_complaint(modules)).startswith("Node.js is missing: install it")


def test_without_the_s3_client_it_says_how_to_get_it(modules: Path) -> None:
    (modules / "@aws-sdk" / "client-s3").rmdir()
    assert "npm install @aws-sdk/client-s3" in str(node_complaint(modules))


def test_the_nearest_node_modules_upwards_is_taken(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = modules.parent / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert node_modules() == modules


def test_the_servers_environment_has_none_of_the_callers_keys(
    modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "his")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "his")
    environment = server_environment(4566, "eu-west-1", modules.parent, modules)
    assert "his" not in environment.values()
    assert environment["NODE_PATH"] == str(modules)
    assert environment["PATH"].startswith(str(modules / ".bin"))
    assert environment["TMPDIR"] == str(modules.parent / "tmp")


def test_clients_find_every_service_and_no_other_configuration() -> None:
    exports = client_exports(4566, "eu-west-1")
    assert exports["AWS_ENDPOINT_URL"] == exports["AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION"]
    assert exports["AWS_CONFIG_FILE"] == exports["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert exports["AWS_REGION"] == "eu-west-1"
