"""The files next to a model: vocabulary.txt, its words, and preparation.json, which turns a text into counts.

Reading them doesn't load the engine that counts the words; `Text.preparation` does.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from data_prep.inputs.vocabulary import parse_vocabulary
from spectral_lda.artifact.model_file import write_bytes

if TYPE_CHECKING:
    from data_prep.text.preparation import Preparation

VOCABULARY, PREPARATION = "vocabulary.txt", "preparation.json"
# Ten million words of 25 bytes; a thousand stop words and a token pattern take 20 KB.
_MAX_BYTES = {VOCABULARY: 2**28, PREPARATION: 2**20}


@dataclass(frozen=True, eq=False)
class Text:
    """The words of a model and, if it was learned from text, what turns a text into counts.

    Attributes
    ----------
    vocabulary
        The content of vocabulary.txt.
    preparation_json
        The content of preparation.json, or None.
    words
        The V words.
    """

    vocabulary: bytes
    preparation_json: bytes | None
    words: tuple[str, ...]

    @classmethod
    def read(cls, vocabulary: Path, preparation: Path, width: int) -> "Text | None":
        """Read the files; without a vocabulary there is None.

        Raises
        ------
        ValueError
            A file is too large, or the vocabulary is not `width` words in UTF-8; the message names the file.
        """
        content = _read(vocabulary)
        if content is None:
            return None
        words = tuple(parse_vocabulary(content, str(vocabulary)))
        if len(words) != width:
            raise ValueError(f"{vocabulary} has {len(words)} words; the model's documents have {width}.")
        return cls(content, _read(preparation), words)

    @cached_property
    def preparation(self) -> "Preparation | None":
        """What turns a text into counts. Its engine starts threads: a process that forks must not use it.

        Raises
        ------
        ValueError
            preparation.json is not the preparation of this vocabulary.
        """
        if self.preparation_json is None:
            return None
        from data_prep.text.preparation import Preparation  # noqa: PLC0415 -- it loads the engine

        return Preparation.from_json(self.preparation_json, self.words)

    def save(self, folder: Path) -> None:
        """Write the files into a folder, each under a temporary name that is then renamed."""
        write_bytes(folder / VOCABULARY, self.vocabulary)
        if self.preparation_json is not None:
            write_bytes(folder / PREPARATION, self.preparation_json)


def _read(path: Path) -> bytes | None:
    limit = _MAX_BYTES[path.name]
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        return None
    if len(content) > limit:
        raise ValueError(f"{path} has more than {limit} bytes.")
    return content
