"""The layout that a dataset's files must have before they are adopted."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from data_prep.dataset.manifest import MANIFEST, SPLITS
from data_prep.dataset.storage import Storage, StoredFile

RECORDIO, CSV = "RecordIO-protobuf", "CSV"
_FORMATS = {".pbr": RECORDIO, ".rec": RECORDIO, ".csv": CSV}
_SHOWN = 5  # problems of a kind, or files, in a message


def split_of(file: StoredFile) -> str:
    """Return the split that a file belongs to, or nothing."""
    folder, slash, _ = file.path.partition("/")
    return folder if slash and folder in SPLITS else ""


def check_layout(storage: Storage, files: list[StoredFile]) -> str:
    """Return the format of a dataset's files.

    Raises
    ------
    ValueError
        If there is a manifest already, or the files aren't all of one format under train/ and test/.
    """
    if any(file.path == MANIFEST for file in files):
        raise ValueError(
            f"{storage.location(MANIFEST)} exists already: this is a dataset. Delete it to adopt the files"
            " again."
        )
    documents = [file for file in files if split_of(file)]
    formats = {_format(file) for file in documents} - {""}
    problems = [*_misplaced(storage, files), *_missing(storage, documents), *_unusable(storage, documents)]
    if len(formats) > 1:
        examples = (
            next(file.path for file in documents if _format(file) == kind) for kind in sorted(formats)
        )
        problems.append(
            f"{storage.location('')} holds {' and '.join(sorted(formats))} ({', '.join(examples)}): a dataset"
            " has one format."
        )
    raise_problems(problems)
    return formats.pop()


def first_problems(problems: list[str]) -> list[str]:
    """Return the first problems of a kind; the last of them counts the other files."""
    shown = problems[:_SHOWN]
    if more := len(problems) - len(shown):
        shown[-1] += f" And {more} more files are wrong."
    return shown


def raise_problems(problems: Sequence[str]) -> None:
    """Raise ValueError with all problems, if there are any."""
    if len(problems) > 1:
        numbered = " ".join(f"({number}) {problem}" for number, problem in enumerate(problems, start=1))
        raise ValueError(f"{len(problems)} problems: {numbered}")
    if problems:
        raise ValueError(problems[0])


def _format(file: StoredFile) -> str:
    return _FORMATS.get(PurePosixPath(file.path).suffix.lower(), "")


def _misplaced(storage: Storage, files: list[StoredFile]) -> list[str]:
    """Find documents outside of both splits, which nothing would read."""
    paths = [file.path for file in files if _format(file) and not split_of(file)]
    if not paths:
        return []
    return [f"{_locations(storage, paths)}: documents must be under train/ or test/. Move them there."]


def _missing(storage: Storage, documents: list[StoredFile]) -> list[str]:
    reasons = {"train": "there is nothing to learn from", "test": "no model can be evaluated"}
    filled = {split_of(file) for file in documents if _format(file)}
    return [
        f"{storage.location(split)} holds no .pbr, .rec or .csv file, without which {reasons[split]}."
        for split in SPLITS
        if split not in filled
    ]


def _unusable(storage: Storage, documents: list[StoredFile]) -> list[str]:
    others = [file.path for file in documents if not _format(file)]
    empty = [file.path for file in documents if _format(file) and not file.size]
    problems = []
    if others:
        problems.append(
            f"{_locations(storage, others)}: SageMaker reads every file under train/ and test/, and"
            " documents are .pbr, .rec or .csv files. Move everything else away."
        )
    if empty:
        problems.append(f"{_locations(storage, empty)}: an empty file holds no documents. Delete it.")
    return problems


def _locations(storage: Storage, paths: list[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(storage.location(path) for path in paths[:_SHOWN]) + more
