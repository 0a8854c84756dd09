"""What each command does once its options are understood."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from data_prep import dataset
from data_prep.dataset import adoption, inspection
from data_prep.dataset.manifest import Manifest
from data_prep.inputs import loading
from data_prep.recordio.writer import replace_file
from data_prep.synthetic import generate_griffiths_data

_DEFAULT_TEST_FRACTION = 0.2


def generate(options: argparse.Namespace) -> None:
    """Write sample documents and what they were drawn from."""
    if options.output.suffix != ".npz":
        raise ValueError(f"{options.output}: sample data are written as .npz; encode makes records of them.")
    alpha, beta, documents, topic_mixtures = generate_griffiths_data(
        options.documents, options.average_length, options.topics, seed=options.seed
    )
    with replace_file(options.output) as file:
        np.savez_compressed(file, alpha=alpha, beta=beta, documents=documents, topic_mixtures=topic_mixtures)
    made = {
        "file": str(options.output),
        "documents": len(documents),
        "feature_dim": documents.shape[1],
        "topics": len(beta),
        "tokens": int(documents.sum()),
    }
    print(json.dumps(made) if options.json else _sentence(made))


def encode(options: argparse.Namespace) -> None:
    """Turn counts into a dataset."""
    counts = loading.load(options.input)
    try:
        train, test = _split(counts, options)
    except ValueError as error:
        raise ValueError(f"{options.input}: {error}") from error
    manifest = dataset.write(
        options.folder,
        options.dataset,
        train,
        test,
        vocabulary=loading.load_vocabulary(options.vocabulary) if options.vocabulary else None,
        source=options.source or f"Encoded from {Path(options.input).name}.",
    )
    _print_manifest(manifest, as_json=options.json)


def _split(counts: Any, options: argparse.Namespace) -> tuple[Any, Any]:
    fraction = options.test_fraction
    if fraction is None and options.test_documents is None:
        fraction = _DEFAULT_TEST_FRACTION
    return dataset.split(counts, test_documents=options.test_documents, test_fraction=fraction)


def upload(options: argparse.Namespace) -> None:
    """Upload a dataset."""
    import boto3  # noqa: PLC0415 -- only this command needs AWS, and importing it takes a while

    from data_prep.dataset.upload import upload as upload_dataset  # noqa: PLC0415 -- as above

    manifest = upload_dataset(options.folder, options.dataset, options.bucket, s3=boto3.client("s3"))
    _print_manifest(manifest, as_json=options.json)


def adopt(options: argparse.Namespace) -> None:
    """Make a dataset of the files that lie somewhere."""
    _print_manifest(adoption.adopt(options.location), as_json=options.json)


def inspect(options: argparse.Namespace) -> None:
    """Say what a file or a dataset holds."""
    found = inspection.inspect(options.path)
    if isinstance(found, Manifest):
        _print_manifest(found, as_json=options.json)
    else:
        print(json.dumps(found) if options.json else _sentence(found))


def plot(options: argparse.Namespace) -> None:
    """Draw documents."""
    from data_prep.plots import plot_lda  # noqa: PLC0415 -- only this command needs matplotlib

    counts = loading.load(options.input)
    counts = counts[: options.rows * options.columns]
    dense = counts.toarray() if hasattr(counts, "toarray") else counts
    figure = plot_lda(dense, options.rows, options.columns)
    with replace_file(options.output) as file:
        figure.savefig(file, format=options.output.suffix.lstrip(".") or "png")


def _print_manifest(manifest: Manifest, *, as_json: bool) -> None:
    print(manifest.to_json().rstrip() if as_json else inspection.summary(manifest))


def _sentence(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {fact}" for name, fact in facts.items())
