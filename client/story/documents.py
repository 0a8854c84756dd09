"""The notebook's sample data, what is known about it, and its pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.story.comparison import images
from data_prep.dataset.manifest import Manifest, dataset_key
from data_prep.plots import plot_lda, plot_matched_topics
from data_prep.synthetic import generate_griffiths_data

Array = NDArray[Any]
NAME = "griffiths"
DOCUMENTS, TRAINING, TOPICS, SEED = 2000, 1600, 10, 0
SHOWN = 12


@dataclass(frozen=True)
class Sample:
    """Documents of which the topics and mixtures are known."""

    beta: Array
    documents: Array
    mixtures: Array

    @property
    def train(self) -> Array:
        """The first 1600 documents."""
        return self.documents[:TRAINING]

    @property
    def test(self) -> Array:
        """The other 400."""
        return self.documents[TRAINING:]

    @property
    def test_mixtures(self) -> Array:
        """The known mixtures of the test documents."""
        return self.mixtures[TRAINING:]


def make() -> Sample:
    """Generate the notebook's 2000 documents of 25 words and 10 topics."""
    _, beta, documents, mixtures = generate_griffiths_data(
        num_documents=DOCUMENTS, num_topics=TOPICS, seed=SEED
    )
    return Sample(beta=beta, documents=documents, mixtures=mixtures)


def introduce(sample: Sample) -> str:
    """Show the first document, its known mixture, the vocabulary's size and twelve documents as images."""
    first = np.array2string(sample.documents[0].astype(int), max_line_width=100)
    mixture = np.array2string(sample.mixtures[0], precision=3, suppress_small=True, max_line_width=100)
    size = sample.documents.shape[1]
    return "\n".join(
        [
            f"{len(sample.train)} training and {len(sample.test)} test documents; vocabulary size: {size}",
            f"First document, a count a word: {first}",
            f"Its known topic mixture:        {mixture}",
            f"Documents 0 to {SHOWN - 1}, 5 x 5 words each:",
            "",
            images(sample.documents[:SHOWN]),
        ]
    )


def tell(manifest: Manifest, bucket: str) -> str:
    """Say what was uploaded and where, split by split.

    Parameters
    ----------
    manifest
        What `data_prep.dataset.upload.upload` returned.
    bucket
        Where to.
    """
    folder = f"s3://{bucket}/{dataset_key(manifest.name)}"
    lines = [f"{folder}/manifest.json: {manifest.layout}, {manifest.feature_dim} words"]
    for name, split in (("train", manifest.train), ("test", manifest.test)):
        size = sum(shard.bytes for shard in split.shards)
        lines.append(
            f"{folder}/{name}/: {split.documents} documents, {split.tokens} tokens, "
            f"{len(split.shards)} shard(s) of {size} bytes"
        )
    return "\n".join(lines)


def draw(sample: Sample, folder: Path) -> Path:
    """Save a picture of twelve documents with a colour bar; return its path."""
    file = folder / "documents.png"
    plot_lda(sample.documents[:SHOWN], 3, 4).savefig(file, dpi=150)
    return file


def draw_topics(known: Array, learned: Array, folder: Path) -> Path:
    """Save a picture of the known topics above the learned ones; return its path.

    Parameters
    ----------
    known, learned
        Matched topics, both (K, V).
    folder
        Where the file is put.
    """
    file = folder / "topics.png"
    plot_matched_topics(known, learned).savefig(file, dpi=150)
    return file
