"""The notebook's sample documents with their known topics and mixtures, and their plots."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.demo.comparison import text_images
from data_prep.dataset.manifest import Manifest, dataset_key
from data_prep.plots import plot_lda, plot_matched_topics
from data_prep.synthetic import generate_griffiths_data

Array = NDArray[Any]
NAME = "griffiths"
NUM_DOCUMENTS, NUM_TRAINING, NUM_TOPICS, SEED = 2000, 1600, 10, 0
NUM_SHOWN = 12
_ARRAY_WIDTH = 73  # columns


@dataclass(frozen=True)
class Sample:
    """Documents with known topics and mixtures."""

    beta: Array
    documents: Array
    mixtures: Array

    @property
    def train(self) -> Array:
        """The first 1600 documents."""
        return self.documents[:NUM_TRAINING]

    @property
    def test(self) -> Array:
        """The last 400 documents."""
        return self.documents[NUM_TRAINING:]

    @property
    def test_mixtures(self) -> Array:
        """The known mixtures of the test documents."""
        return self.mixtures[NUM_TRAINING:]


def generate() -> Sample:
    """Generate the notebook's 2000 documents of 25 words and 10 topics."""
    _, beta, documents, mixtures = generate_griffiths_data(
        num_documents=NUM_DOCUMENTS, num_topics=NUM_TOPICS, seed=SEED
    )
    return Sample(beta=beta, documents=documents, mixtures=mixtures)


def describe_sample(sample: Sample) -> str:
    """Describe the sample: its sizes, the first document with its mixture, and twelve documents as images."""
    counts = np.array2string(sample.documents[0].astype(int), max_line_width=_ARRAY_WIDTH)
    mixture = np.array2string(
        sample.mixtures[0], precision=3, suppress_small=True, max_line_width=_ARRAY_WIDTH
    )
    vocabulary_size = sample.documents.shape[1]
    return "\n".join(
        [
            f"{len(sample.train)} training and {len(sample.test)} test documents",
            f"Vocabulary size: {vocabulary_size}",
            "The first document's word counts:",
            counts,
            "Its known topic mixture:",
            mixture,
            f"Documents 0 to {NUM_SHOWN - 1}, 5 x 5 words each:",
            "",
            text_images(sample.documents[:NUM_SHOWN]),
        ]
    )


def describe_upload(manifest: Manifest, bucket: str) -> str:
    """Describe each split of an uploaded dataset.

    Parameters
    ----------
    manifest
        The manifest that `data_prep.dataset.upload.upload` returned.
    bucket
        The bucket that it was uploaded to.
    """
    lines = [
        f"s3://{bucket}/{dataset_key(manifest.name)}",
        f"  manifest.json: {manifest.layout}, {manifest.feature_dim} words",
    ]
    for name, split in (("train", manifest.train), ("test", manifest.test)):
        size = sum(shard.bytes for shard in split.shards)
        lines.append(
            f"  {name}/: {split.documents} documents, {split.tokens} tokens, "
            f"{len(split.shards)} shard(s) of {size} bytes"
        )
    return "\n".join(lines)


def save_documents_plot(sample: Sample, folder: Path) -> Path:
    """Save a plot of twelve documents with a colour bar; return its path."""
    file = folder / "documents.png"
    plot_lda(sample.documents[:NUM_SHOWN], 3, 4).savefig(file, dpi=150)
    return file


def save_topics_plot(known: Array, learned: Array, folder: Path) -> Path:
    """Save a plot of the known topics above the learned ones; return its path.

    Parameters
    ----------
    known, learned
        Matched topics, both (K, V).
    folder
        The folder of the file.
    """
    file = folder / "topics.png"
    plot_matched_topics(known, learned).savefig(file, dpi=150)
    return file
