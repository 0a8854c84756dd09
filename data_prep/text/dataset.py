"""A prepared corpus written as a dataset, batch by batch."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_prep.dataset.manifest import (
    DOCUMENTS,
    MANIFEST,
    PREPARATION,
    SPLITS,
    VOCABULARY,
    DocumentFile,
    Documents,
    Manifest,
    Shard,
    Split,
    SplitName,
    dataset_key,
)
from data_prep.dataset.writer import SHARD_BYTES, replaced_folder, write_split
from data_prep.recordio.reader import CorpusStatistics
from data_prep.text.corpus import PreparedCorpus
from data_prep.text.errors import TextError

_LAYOUT = "sparse"  # a document has a small part of the words


def write_dataset(
    folder: str | Path, name: str, corpus: PreparedCorpus, *, source: str, shard_bytes: int = SHARD_BYTES
) -> Manifest:
    """Write a corpus as `<folder>/datasets/<name>/`: shards, vocabulary, preparation and documents' ids.

    A dataset of that name is replaced, but only once the new one is complete. The files are the same for any
    number of cores.

    Parameters
    ----------
    folder
        The parent of `datasets/`.
    name
        1 to 63 of a-z, 0-9 and "-".
    corpus
        The prepared texts.
    source
        Where the documents come from, a sentence.
    shard_bytes
        The largest shard, unless a single document is larger.

    Returns
    -------
    Manifest
        The manifest that was written.

    Raises
    ------
    TextError
        A split has no word of the vocabulary.
    ValueError
        The name can't be that of a dataset.
    """
    key = dataset_key(name)
    with replaced_folder(Path(folder) / key) as new:
        splits, documents = {}, {}
        for split in SPLITS:
            splits[split], documents[split] = _write_split(new, name, split, corpus, shard_bytes)
        corpus.preparation.save(new)
        manifest = Manifest(
            name=name,
            feature_dim=len(corpus.preparation.vocabulary),
            layout=_LAYOUT,
            vocabulary=f"{key}/{VOCABULARY}",
            source=source,
            train=splits["train"],
            test=splits["test"],
            preparation=f"{key}/{PREPARATION}",
            documents=Documents(documents["train"], documents["test"]),
        )
        (new / MANIFEST).write_text(manifest.to_json(), "utf-8")
    return manifest


def _write_split(
    folder: Path, name: str, split: SplitName, corpus: PreparedCorpus, shard_bytes: int
) -> tuple[Split, tuple[DocumentFile, ...]]:
    statistics = CorpusStatistics()
    shards = write_split(
        folder, name, split, _observed(corpus.counts(split), statistics), _LAYOUT, shard_bytes
    )
    if not statistics.tokens:
        raise TextError(f"No document of the {split} split has a word of the vocabulary.")
    return Split.of(statistics, shards), tuple(_write_documents(folder, shards, corpus, split))


def _observed(chunks: Iterator[Any], statistics: CorpusStatistics) -> Iterator[Any]:
    for chunk in chunks:
        statistics.add(chunk)
        if chunk.shape[0]:
            yield chunk


def _write_documents(
    folder: Path, shards: tuple[Shard, ...], corpus: PreparedCorpus, split: SplitName
) -> Iterator[DocumentFile]:
    """Write the documents of each shard, one a line."""
    target = folder / DOCUMENTS / split
    target.mkdir(parents=True)
    documents = (row for frame in corpus.documents(split) for row in frame.iter_rows(named=True))
    for shard in shards:
        dataset, _, shard_name = shard.key.rpartition(f"/{split}/")
        path = target / Path(shard_name).with_suffix(".jsonl")
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for _ in range(shard.documents):
                file.write(json.dumps(next(documents), ensure_ascii=False) + "\n")
        yield DocumentFile.of(f"{dataset}/{DOCUMENTS}/{split}/{path.name}", path)
