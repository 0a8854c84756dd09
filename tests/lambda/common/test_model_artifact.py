import io
import struct
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.model_artifact import ArtifactError, open_model
from spectral_lda.artifact import model_file as original

ARRAY_V2 = "<IiiqqiiI"


def archive(content: bytes, name: str = "model_algo-1") -> io.BytesIO:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as members:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        members.addfile(member, io.BytesIO(content))
    file.seek(0)
    return file


def array(values: Any, version: int) -> bytes:
    """An array in one of the four versions of MXNet's format."""
    numbers = np.asarray(values)
    head = {
        0: struct.pack(f"<I{numbers.ndim}I", numbers.ndim, *numbers.shape),
        1: struct.pack(f"<II{numbers.ndim}q", 0xF993FAC8, numbers.ndim, *numbers.shape),
        2: struct.pack(f"<Iii{numbers.ndim}q", 0xF993FAC9, 0, numbers.ndim, *numbers.shape),
        3: struct.pack(f"<Iii{numbers.ndim}q", 0xF993FACA, 0, numbers.ndim, *numbers.shape),
    }[version]
    kind = {"float32": 0, "float64": 1, "int32": 4}[numbers.dtype.name]
    return head + struct.pack("<iii", 1, 0, kind) + numbers.tobytes()


def listed(*arrays: bytes) -> bytes:
    return struct.pack("<QQQ", 0x112, 0, len(arrays)) + b"".join(arrays) + struct.pack("<Q", 0)


def read(file: Any) -> tuple[list[float], np.ndarray]:
    with open_model(file) as model:
        return model.alpha, np.array(list(model.topics))


def test_a_model_of_mxnet_is_read(golden: Path) -> None:
    alpha, beta = read(archive((golden / "model_algo-1").read_bytes()))
    assert np.array_equal(alpha, np.array([0.1, 0.2, 0.3], np.float32))
    assert np.array_equal(beta, np.load(golden / "expected.npz")["beta"].astype(np.float32))


@settings(max_examples=20)
@given(topics=st.integers(1, 6), words=st.integers(1, 40), seed=st.integers(0, 9))
def test_models_of_spectral_lda_are_read(
    tmp_path_factory: pytest.TempPathFactory, topics: int, words: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    expected = random.random(topics), random.dirichlet(np.ones(words), topics)
    path = tmp_path_factory.mktemp("model") / "model.tar.gz"
    original.write(path, *expected)
    with path.open("rb") as file:
        alpha, beta = read(file)
    assert np.array_equal(alpha, expected[0].astype(np.float32))
    assert np.array_equal(beta, expected[1].astype(np.float32))


@pytest.mark.parametrize("version", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_all_versions_of_the_format_are_read(version: int, kind: type) -> None:
    content = listed(array(np.ones(2, kind), version), array(np.full((2, 4), 0.25, kind), version))
    alpha, beta = read(archive(content, "./model_algo-1"))
    assert alpha == [1.0, 1.0]
    assert np.array_equal(beta, np.full((2, 4), 0.25))


ONE = array(np.ones(1, np.float32), 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "can't be read"),
        (bytes(100), "isn't a list of two arrays"),
        (listed(ONE), "isn't a list of two arrays"),
        (listed(array(np.ones((2, 2), np.float32), 2), ONE), r"alpha has the shape \(2, 2\)"),
        (listed(array(np.ones(0, np.float32), 2), ONE), r"alpha has the shape \(0,\)"),
        (listed(ONE, array(np.ones((2, 2), np.float32), 2)), r"beta has the shape \(2, 2\), with 1 values"),
        (listed(ONE, array(np.ones(3, np.float32), 2)), r"beta has the shape \(3,\)"),
        (listed(array(np.ones(1, np.int32), 2), ONE), "numbers of type 4"),
        (listed(struct.pack("<Iii", 0xF993FAC9, 1, 1) + ONE[12:], ONE), "stored sparsely"),
        (listed(struct.pack("<I", 99) + bytes(500), ONE), "99 dimensions"),
        (listed(struct.pack("<Iii", 0xF993FAC9, 0, -1) + bytes(500), ONE), "-1 dimensions"),
        (listed(ONE, array(np.ones((1, 8), np.float32), 2))[:-20], "ends within an array"),
        (listed(ONE, struct.pack("<Iiiqqiii", 0xF993FAC9, 0, 2, 1, 1 << 60, 1, 0, 0)), "beta has the shape"),
    ],
)
def test_a_file_that_isnt_a_model_is_refused_with_a_reason(content: bytes, sentence: str) -> None:
    with pytest.raises(ArtifactError, match=sentence):
        read(archive(content))


def test_mxnets_list_of_other_arrays_is_refused(golden: Path) -> None:
    with pytest.raises(ArtifactError, match="isn't a list of two arrays"):
        read(archive((golden / "legacy_ndarray.v0").read_bytes()))


def test_an_archive_without_the_model_is_refused() -> None:
    with pytest.raises(ArtifactError, match="holds no file model_algo-1"):
        read(archive(b"x", "readme.txt"))


@pytest.mark.parametrize("content", [b"", b"no gzip at all", b"\x1f\x8b\x08\x00" + bytes(50)])
def test_bytes_that_arent_an_archive_are_refused(content: bytes) -> None:
    with pytest.raises(ArtifactError):
        read(io.BytesIO(content))


@pytest.mark.parametrize("fraction", [0.2, 0.5, 0.9])
def test_a_truncated_archive_is_refused(fraction: float) -> None:
    beta = np.random.default_rng(0).dirichlet(np.ones(5000), 2).astype(np.float32)
    content = archive(listed(array(np.ones(2, np.float32), 2), array(beta, 2))).getvalue()
    with pytest.raises(ArtifactError):
        read(io.BytesIO(content[: int(len(content) * fraction)]))
