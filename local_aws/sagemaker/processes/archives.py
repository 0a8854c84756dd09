"""Model archives, unpacked as what they are: files from somebody else."""

import tarfile
import zlib
from pathlib import Path, PurePosixPath

MAX_MEMBERS = 10_000
MAX_BYTES = 8 * 1024**3
PIECE = 1 << 20  # bytes


class BadArchiveError(ValueError):
    """The archive is no archive, or holds what a model's archive doesn't; the message says what."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a tar.gz of plain files and folders.

    Parameters
    ----------
    archive
        The archive.
    folder
        Where its members go; it is made.

    Raises
    ------
    BadArchiveError
        It is broken, too large, or a member is a link, a device, or leads out of the folder. Nothing is
        unpacked then.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            members = _checked(tar)
            _read_to_the_end(tar)
            folder.mkdir(parents=True)
            tar.extractall(folder, members, filter="data")
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise BadArchiveError(f"The model archive is no readable tar.gz: {error}") from error


def _read_to_the_end(tar: tarfile.TarFile) -> None:
    """Let gzip compare its checksum, which stands behind the last member: tarfile itself never gets there."""
    while tar.fileobj and tar.fileobj.read(PIECE):
        pass


def _checked(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    members: list[tarfile.TarInfo] = []
    size = 0
    for member in tar:
        size += member.size
        if len(members) >= MAX_MEMBERS or size > MAX_BYTES:
            raise BadArchiveError(
                f"The model archive holds more than {MAX_MEMBERS} files or {MAX_BYTES} bytes."
            )
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts:
            raise BadArchiveError(f"The model archive's member {member.name!r} leads out of its folder.")
        if not member.isfile() and not member.isdir():
            raise BadArchiveError(f"The model archive's member {member.name!r} is no plain file or folder.")
        members.append(member)
    return members
