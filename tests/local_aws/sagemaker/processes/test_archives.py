import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from local_aws.sagemaker.processes import archives


def test_files_and_folders_are_unpacked(tmp_path: Path, make_archive: Any) -> None:
    (tmp_path / "a.tar.gz").write_bytes(make_archive({"model_algo-1": b"1", "code/x.py": b"2"}))
    archives.unpack(tmp_path / "a.tar.gz", tmp_path / "model")
    assert (tmp_path / "model" / "model_algo-1").read_bytes() == b"1"
    assert (tmp_path / "model" / "code" / "x.py").read_bytes() == b"2"


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x"])
def test_nothing_is_unpacked_if_a_member_leads_out_of_the_folder(
    tmp_path: Path, make_archive: Any, name: str
) -> None:
    (tmp_path / "a.tar.gz").write_bytes(make_archive({"good": b"1", name: b"2"}))
    with pytest.raises(archives.BadArchiveError, match="leads out of its folder"):
        archives.unpack(tmp_path / "a.tar.gz", tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("odd")
        member.type, member.linkname = kind, "/etc/passwd"
        tar.addfile(member)
    with pytest.raises(archives.BadArchiveError, match="'odd' is not a plain file"):
        archives.unpack(tmp_path / "a.tar.gz", tmp_path / "model")


def test_an_archive_that_is_too_large_is_refused(
    tmp_path: Path, make_archive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.tar.gz").write_bytes(make_archive({"a": b"12345", "b": b"12345"}))
    monkeypatch.setattr(archives, "MAX_BYTES", 9)
    with pytest.raises(archives.BadArchiveError, match="more than"):
        archives.unpack(tmp_path / "a.tar.gz", tmp_path / "model")
    monkeypatch.setattr(archives, "MAX_BYTES", 10)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 1)
    with pytest.raises(archives.BadArchiveError, match="more than 1 files"):
        archives.unpack(tmp_path / "a.tar.gz", tmp_path / "model")


@pytest.mark.parametrize("length", [100, 70_000])  # found by the checksum alone, and by zlib
def test_nothing_is_unpacked_if_a_file_in_the_archive_is_damaged(
    tmp_path: Path, make_archive: Any, length: int
) -> None:
    content = bytearray(make_archive({"model_algo-1": hashlib.shake_256().digest(100_000)}))
    content[20_000 : 20_000 + length] = bytes(length)
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(archives.BadArchiveError, match=r"not a readable tar\.gz"):
        archives.unpack(tmp_path / "a.tar.gz", tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_file_that_is_not_an_archive_is_refused(tmp_path: Path, make_archive: Any) -> None:
    for content in (b"text", b"", make_archive({"a": io.BytesIO(b"x" * 5000).getvalue()})[:60]):
        (tmp_path / "a.tar.gz").write_bytes(content)
        with pytest.raises(archives.BadArchiveError, match=r"not a readable tar\.gz"):
            archives.unpack(tmp_path / "a.tar.gz", tmp_path / "model")


def test_a_folder_is_packed_without_itself(tmp_path: Path) -> None:
    model = tmp_path / "model"
    (model / "deep").mkdir(parents=True)
    (model / "a").write_text("1")
    (model / "deep" / "b").write_text("2")
    archives.pack(model, tmp_path / "model.tar.gz")
    with tarfile.open(tmp_path / "model.tar.gz") as tar:
        assert tar.getnames() == ["a", "deep", "deep/b"]
