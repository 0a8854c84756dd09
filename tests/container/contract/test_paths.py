"""Configuration that SageMaker would have written, and failures that it reads."""

from pathlib import Path

import pytest

from container.contract.errors import ClientError
from container.contract.paths import Folders


def test_the_tree_is_below_opt_ml_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SAGEMAKER_BASE_DIR", raising=False)
    assert Folders.from_environment().model == Path("/opt/ml/model/model_algo-1")
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", "/elsewhere")
    assert Folders.from_environment().channel("train") == Path("/elsewhere/input/data/train")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "is missing; SageMaker writes it"),
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[]", "JSON object"),
    ],
)
def test_configuration_that_is_none_is_a_sentence(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "input" / "config" / "hyperparameters.json"
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ClientError, match=sentence):
        Folders(tmp_path).read_config("hyperparameters")
