"""The artifact has SageMaker LDA's format, is read safely and never written in part."""

import gzip
import io
import stat
import tarfile
from pathlib import Path

import numpy as np
import pytest

from spectral_lda import Model, load
from spectral_lda.artifact import model_file
from spectral_lda.artifact.ndarray_list import encode


@pytest.fixture
def model() -> Model:
    generator = np.random.default_rng(0)
    return Model(generator.uniform(0.05, 0.15, 10), generator.dirichlet(np.ones(25), 10))


def packed(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.type, member.size = kind, len(data)
            member.linkname = "/etc/passwd" if kind != tarfile.REGTYPE else ""
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["model_algo-1", "model.tar.gz"])
def test_a_saved_model_is_loaded_in_float32(model: Model, tmp_path: Path, name: str) -> None:
    model.save(tmp_path / name)
    loaded = load(tmp_path / name)
    np.testing.assert_array_equal(loaded.alpha, model.alpha.astype(np.float32))
    np.testing.assert_array_equal(loaded.beta, model.beta.astype(np.float32))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_model_of_ten_topics_and_25_words_takes_1144_bytes(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path / "model_algo-1")
    assert (tmp_path / "model_algo-1").stat().st_size == 1144


def test_the_archive_contains_one_file_and_nothing_of_this_machine(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path / "model.tar.gz")
    model.save(tmp_path / "again.tar.gz")
    model.save(tmp_path / "model_algo-1")
    assert (tmp_path / "model.tar.gz").read_bytes() == (tmp_path / "again.tar.gz").read_bytes()
    # Bytes 4 to 7 of gzip's header are a time: two saves within a second would hide it.
    assert (tmp_path / "model.tar.gz").read_bytes()[4:8] == bytes(4)
    with tarfile.open(tmp_path / "model.tar.gz") as archive:
        (member,) = archive.getmembers()
        content = archive.extractfile(member)
        assert content is not None
        assert content.read() == (tmp_path / "model_algo-1").read_bytes()
    assert (member.name, member.mtime, member.uid, member.uname, member.mode) == (
        "model_algo-1",
        0,
        0,
        "",
        0o644,
    )


def test_a_file_written_by_mxnet_is_loaded(golden: Path) -> None:
    model = load(golden / "model_algo-1")
    np.testing.assert_allclose(model.alpha, [0.1, 0.2, 0.3], rtol=1e-6)
    assert model.beta.dtype == np.float64
    np.testing.assert_allclose(model.beta.sum(axis=1), 1, rtol=1e-6)


def test_an_archive_made_by_tar_is_loaded(golden: Path, tmp_path: Path) -> None:
    data = (golden / "model_algo-1").read_bytes()
    (tmp_path / "model.tar.gz").write_bytes(packed({"./model_algo-1": data}))
    assert load(tmp_path / "model.tar.gz").beta.shape == (3, 5)


ALPHA, BETA = np.ones(2, np.float32), np.full((2, 2), 0.5, np.float32)


@pytest.mark.parametrize("first", ["model_algo-1", "vocabulary.txt"])
def test_further_files_of_an_archive_are_ignored(golden: Path, tmp_path: Path, first: str) -> None:
    files = {
        "model_algo-1": (golden / "model_algo-1").read_bytes(),
        "vocabulary.txt": b"a\nb\n",
        "../../preparation.json": b"{}",
    }
    ordered = {first: files[first], **files}
    (tmp_path / "model.tar.gz").write_bytes(packed(ordered))
    assert load(tmp_path / "model.tar.gz").beta.shape == (3, 5)
    assert load(tmp_path).beta.shape == (3, 5)
    assert [path.name for path in tmp_path.iterdir()] == ["model.tar.gz"]


def test_an_archive_of_too_many_files_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(packed({"model_algo-1": b"", **{str(number): b"" for number in range(1000)}}))
    with pytest.raises(ValueError, match="contains more than 1000 files"):
        load(path)


def test_a_folder_stands_for_the_model_in_it(golden: Path, tmp_path: Path) -> None:
    assert load(golden).beta.shape == (3, 5)
    with pytest.raises(FileNotFoundError, match=r"model\.tar\.gz"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not a model of SageMaker LDA: The NDArray list is truncated"),
        (b"PK\x03\x04" + b"0" * 40, "don't start with 0x112"),
        (packed({}), "expected one file model_algo-1 in the archive, found none"),
        (packed({"model_algo-1": b"", "./model_algo-1": b""}), "found model_algo-1, model_algo-1"),
        (packed({"../model_algo-1": b""}), r"found \.\./model_algo-1"),
        (packed({"model_algo-1": b""}, tarfile.SYMTYPE), "expected one file"),
        (packed({"model_algo-1": b"0" * 900})[:60], "Compressed file ended"),
        (gzip.compress(b"no tar")[:10] + b"\xff" * 20, "while decompressing"),
        (encode([np.array([0x7FA00000], "<u4").view("<f4"), BETA[:1]]), "alpha must be positive"),
        (gzip.compress(b"no tar"), "not a model of SageMaker LDA"),
        (encode([ALPHA]), r"found arrays of the shapes \(2,\)"),
        (encode([]), "of the shapes none"),
        (encode([ALPHA, BETA[:1]]), r"shapes \(2,\), \(1, 2\)"),
        (encode([ALPHA[:0], BETA[:0]]), "it contains no topics"),
        (encode([ALPHA, -BETA]), "alpha must be positive"),
        (encode([ALPHA * np.nan, BETA]), "alpha must be positive"),
    ],
    # Ids made of the data would contain the time that gzip writes.
    ids=[
        *("empty", "zip", "no member", "two members", "another folder", "a link", "a cut archive"),
        *("a damaged archive", "a signalling NaN", "no tar"),
        *("no beta", "no arrays", "too few topics", "no topics", "negative", "not a number"),
    ],
)
def test_a_file_that_is_not_a_model_is_rejected_by_name(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "broken"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)


def test_a_file_that_unpacks_to_too_much_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file, "MAX_BYTES", 2000)
    (tmp_path / "bomb.tar.gz").write_bytes(gzip.compress(bytes(10**6)))
    with pytest.raises(ValueError, match="it contains more than 2000 bytes"):
        load(tmp_path / "bomb.tar.gz")


def test_a_model_too_large_to_be_read_is_not_written(tmp_path: Path) -> None:
    beta = np.broadcast_to(np.float64(0.5), (2**14, 2**14))
    with pytest.raises(ValueError, match="16384 topics over 16384 words is too large"):
        Model(np.ones(2**14), beta).save(tmp_path / "model.tar.gz")
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_model_and_no_temporary_file(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "model_algo-1"
    target.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        model.save(target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_other_users_may_read_a_saved_model(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path / "model_algo-1")
    assert stat.S_IMODE((tmp_path / "model_algo-1").stat().st_mode) == 0o644


def test_a_missing_file_raises_file_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "model.tar.gz")
