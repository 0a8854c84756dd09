"""Archives in tar.gz: models, which are untrusted, are unpacked safely; a job's folders are packed."""

import tarfile
import zlib
from pathlib import Path, PurePosixPath

MAX_MEMBERS = 10_000
MAX_BYTES = 8 * 1024**3
READ_BYTES = 1 << 20


class BadArchiveError(ValueError):
    """The archive can't be unpacked safely; the message says why."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a tar.gz of plain files and folders.

    Parameters
    ----------
    archive
        The archive.
    folder
        The folder for its members, which is created.

    Raises
    ------
    BadArchiveError
        It is damaged, too large, or a member is a link, a device, or leads out of the folder. Nothing is
        unpacked then.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            members = _checked_members(tar)
            _verify_checksum(tar)
            folder.mkdir(parents=True)
            tar.extractall(folder, members, filter="data")
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise BadArchiveError(f"The model archive is not a readable tar.gz: {error}") from error


def _verify_checksum(tar: tarfile.TarFile) -> None:
    """Read on to gzip's checksum, which follows the last member: tarfile itself doesn't reach it."""
    while tar.fileobj and tar.fileobj.read(READ_BYTES):
        pass


def _checked_members(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    members: list[tarfile.TarInfo] = []
    size = 0
    for member in tar:
        size += member.size
        if len(members) >= MAX_MEMBERS or size > MAX_BYTES:
            raise BadArchiveError(
                f"The model archive contains more than {MAX_MEMBERS} files or {MAX_BYTES} bytes."
            )
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts:
            raise BadArchiveError(f"The model archive's member {member.name!r} leads out of its folder.")
        if not member.isfile() and not member.isdir():
            raise BadArchiveError(
                f"The model archive's member {member.name!r} is not a plain file or folder."
            )
        members.append(member)
    return members


def pack(folder: Path, archive: Path) -> None:
    """Pack a folder's content, without the folder itself, into a tar.gz."""
    with tarfile.open(archive, "w:gz") as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, arcname=path.name)
