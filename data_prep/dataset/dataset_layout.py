"""How the files of a dataset must lie before they can be adopted."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from data_prep.dataset.storage import MANIFEST, Entry, Place

SPLITS = ("train", "test")
VOCABULARY = "vocabulary.txt"
RECORDIO, CSV = "RecordIO-protobuf", "CSV"
_KINDS = {".pbr": RECORDIO, ".rec": RECORDIO, ".csv": CSV}
_SHOWN = 5  # problems of a kind, or names, in a message


def part(entry: Entry) -> str:
    """Return the split that a file lies in, or nothing."""
    top, slash, _ = entry.path.partition("/")
    return top if slash and top in SPLITS else ""


def checked_kind(here: Place, entries: list[Entry]) -> str:
    """Return what kind of files a dataset consists of.

    Raises
    ------
    ValueError
        If there is a manifest already, or the files aren't all of one kind under train/ and test/.
    """
    if any(entry.path == MANIFEST for entry in entries):
        raise ValueError(
            f"{here.called(MANIFEST)} is there already: this is a dataset. Delete it to adopt the files anew."
        )
    documents = [entry for entry in entries if part(entry)]
    kinds = {_kind(entry) for entry in documents} - {""}
    problems = [*_misplaced(here, entries), *_missing(here, documents), *_unusable(here, documents)]
    if len(kinds) > 1:
        examples = (next(one.path for one in documents if _kind(one) == kind) for kind in sorted(kinds))
        problems.append(
            f"{here.called('')} holds {' and '.join(sorted(kinds))} ({', '.join(examples)}): a dataset is of "
            "one kind."
        )
    refuse(problems)
    return kinds.pop()


def few(problems: list[str]) -> list[str]:
    """Return the first problems of a kind; the last of them says how many more files there are."""
    shown = problems[:_SHOWN]
    if more := len(problems) - len(shown):
        shown[-1] += f" And {more} more files are wrong."
    return shown


def refuse(problems: Sequence[str]) -> None:
    """Raise ValueError with all problems, if there are any."""
    if len(problems) > 1:
        told = " ".join(f"({number}) {problem}" for number, problem in enumerate(problems, start=1))
        raise ValueError(f"{len(problems)} problems: {told}")
    if problems:
        raise ValueError(problems[0])


def _kind(entry: Entry) -> str:
    return _KINDS.get(PurePosixPath(entry.path).suffix.lower(), "")


def _misplaced(here: Place, entries: list[Entry]) -> list[str]:
    """Find documents outside of both splits, which nobody would read."""
    paths = [entry.path for entry in entries if _kind(entry) and not part(entry)]
    if not paths:
        return []
    return [f"{_named(here, paths)}: documents lie under train/ or test/. Move them there."]


def _missing(here: Place, documents: list[Entry]) -> list[str]:
    reasons = {"train": "there is nothing to learn from", "test": "no model can be judged"}
    filled = {part(entry) for entry in documents if _kind(entry)}
    return [
        f"{here.called(name)} holds no .pbr, .rec or .csv file, without which {reasons[name]}."
        for name in SPLITS
        if name not in filled
    ]


def _unusable(here: Place, documents: list[Entry]) -> list[str]:
    others = [entry.path for entry in documents if not _kind(entry)]
    empty = [entry.path for entry in documents if _kind(entry) and not entry.size]
    found = []
    if others:
        found.append(
            f"{_named(here, others)}: SageMaker reads all that lies under train/ and test/, and documents "
            "are .pbr, .rec or .csv files. Move everything else away."
        )
    if empty:
        found.append(f"{_named(here, empty)}: an empty file holds no documents. Delete it.")
    return found


def _named(here: Place, paths: list[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(here.called(path) for path in paths[:_SHOWN]) + more
