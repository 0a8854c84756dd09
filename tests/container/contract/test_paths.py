"""The paths of the container contract, and SageMaker's configuration files."""

from pathlib import Path

import pytest

from container.contract.errors import ClientError
from container.contract.paths import Paths


def test_the_paths_are_below_opt_ml_or_sagemaker_base_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAGEMAKER_BASE_DIR", raising=False)
    assert Paths.from_environment().model == Path("/opt/ml/model/model_algo-1")
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", "/elsewhere")
    assert Paths.from_environment().channel("train") == Path("/elsewhere/input/data/train")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is missing; SageMaker writes it"),
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[]", "JSON object"),
    ],
)
def test_a_missing_or_invalid_configuration_file_is_a_client_error(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "input" / "config" / "hyperparameters.json"
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ClientError, match=message):
        Paths(tmp_path).read_config("hyperparameters")
