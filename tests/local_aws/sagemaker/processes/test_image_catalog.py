import sys
from pathlib import Path

import pytest

from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.processes.image_catalog import BadImagesFileError, load

GOOD = """
[[image]]
pattern = "*.dkr.ecr.*.amazonaws.com*/lda:1"
train = ["python", "-m", "train"]
[image.metrics]
"test:pwll" = 'score=(\\S+)'
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config" / "images.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_an_image_is_found_by_its_whole_uri(tmp_path: Path) -> None:
    catalog = load(written(tmp_path, GOOD))
    uri = "766337827248.dkr.ecr.us-east-1.amazonaws.com/lda:1"
    assert catalog.program(uri, "train") == (sys.executable, "-m", "train")
    assert catalog.find(uri).metrics["test:pwll"].search("score=-2.5")
    assert catalog.working_directory == tmp_path
    with pytest.raises(ServiceError, match=r"lda:12 is unknown to the local AWS.*\*/lda:1"):
        catalog.find(f"{uri}2")
    with pytest.raises(ServiceError, match="has no program to serve"):
        catalog.program(uri, "serve")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[image]", "is not TOML"),
        ("", r"must contain only \[\[image\]\] tables"),
        ("image = 3", r"must contain only \[\[image\]\] tables"),
        (GOOD + "\n[other]\n", r"must contain only \[\[image\]\] tables"),
        ("[[image]]\ntrain = ['a']", "image 1: pattern must be a string"),
        ("[[image]]\npattern = 'x'\ntrain = 'a b'", "image 1: train must be a list of words"),
        ("[[image]]\npattern = 'x'\nserve = ['']", "image 1: serve must be a list of words"),
        ("[[image]]\npattern = 'x'", "image 1: it has no program"),
        ("[[image]]\npattern = 'x'\nrun = ['a']", "image 1: run is unknown; known are"),
        (GOOD.replace("(", "((").replace("test:", "x:"), "metric x:pwll is invalid"),
        (GOOD.replace("(", "").replace(")", ""), "metric test:pwll needs a group"),
        (GOOD + "x = 3", "metric x is invalid"),
    ],
)
def test_an_invalid_file_is_refused_with_the_place_and_reason(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(BadImagesFileError, match=sentence):
        load(written(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadImagesFileError, match="can't be read: No such file"):
        load(tmp_path / "none.toml")
