from pathlib import Path

import pytest

from data_prep.recordio.writer import replace_file


def test_a_file_exists_only_after_it_is_complete(tmp_path: Path) -> None:
    with replace_file(tmp_path / "a") as file:
        file.write(b"new")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_failure_retains_the_former_file_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"former")

    def interrupted() -> None:
        with replace_file(tmp_path / "a") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (tmp_path / "a").read_bytes() == b"former"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere'$"), replace_file(tmp_path / "nowhere" / "a"):
        pass
