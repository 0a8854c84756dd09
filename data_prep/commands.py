"""The commands of the command line."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from data_prep.aws_session import s3_client
from data_prep.dataset.adoption import adopt as adopt_files
from data_prep.dataset.inspection import inspect as inspect_path
from data_prep.dataset.inspection import summary
from data_prep.dataset.manifest import Manifest, dataset_key
from data_prep.dataset.splitting import split
from data_prep.dataset.writer import write_checked
from data_prep.inputs.counts import LoadOptions
from data_prep.inputs.loading import load
from data_prep.inputs.vocabulary import read_vocabulary
from data_prep.overwriting import confirm_overwrite
from data_prep.progress import Progress, spinner
from data_prep.recordio.writer import replace_file
from data_prep.synthetic import generate_griffiths_data

_DEFAULT_TEST_FRACTION = 0.2


def generate(
    *, output: Path, documents: int, average_length: float, topics: int, seed: int, as_json: bool
) -> None:
    """Write sample documents and the model that they were drawn from."""
    if output.suffix != ".npz":
        raise ValueError(f"{output}: sample data are written as .npz; encode makes records of them.")
    alpha, beta, counts, topic_mixtures = generate_griffiths_data(
        documents, average_length, topics, seed=seed
    )
    with replace_file(output) as file:
        np.savez_compressed(file, alpha=alpha, beta=beta, documents=counts, topic_mixtures=topic_mixtures)
    facts = {
        "file": str(output),
        "documents": len(counts),
        "feature_dim": counts.shape[1],
        "topics": len(beta),
        "tokens": int(counts.sum()),
    }
    _print_facts(facts, as_json=as_json)


def encode(
    *,
    input_: str,
    dataset: str,
    folder: Path,
    vocabulary: Path | None,
    source: str | None,
    as_json: bool,
    options: LoadOptions,
    force: bool,
    **held_out: Any,
) -> None:
    """Turn counts into a dataset; `held_out` are the parameters of `split`."""
    confirm_overwrite(folder / dataset_key(dataset), force=force)
    if held_out["test_fraction"] is None and held_out["test_documents"] is None:
        held_out["test_fraction"] = _DEFAULT_TEST_FRACTION
    with spinner(f"Encoding {input_}"):
        words = read_vocabulary(vocabulary) if vocabulary else None
        loaded = load(input_, replace(options, words=len(words) if words else None))
        try:
            train, test = split(loaded.matrix, **held_out)
        except ValueError as error:
            raise ValueError(f"{input_}: {error}") from error
        manifest = write_checked(
            folder,
            dataset,
            train,
            test,
            vocabulary=words or loaded.vocabulary,
            source=source or f"Encoded from {Path(input_).name}.",
        )
    print(loaded.description, file=sys.stderr)
    _print_manifest(manifest, as_json=as_json)


def upload(*, dataset: str, folder: Path, bucket: str, as_json: bool) -> None:
    """Upload a dataset."""
    from data_prep.dataset.upload import upload as upload_dataset  # noqa: PLC0415 -- it imports boto3

    s3 = s3_client()
    with Progress() as progress:
        progress.stage(f"Uploading dataset {dataset}", "MB")
        manifest = upload_dataset(folder, dataset, bucket, s3=s3, progress=progress.advance)
    where = f"s3://{bucket}/datasets/{dataset}/ at {s3.meta.endpoint_url}"
    print(f"data_prep: uploaded to {where}", file=sys.stderr)
    _print_manifest(manifest, as_json=as_json)


def adopt(*, location: str, as_json: bool) -> None:
    """Make a dataset of a user's own files."""
    with spinner(f"Checking {location}"):
        manifest = adopt_files(location)
    _print_manifest(manifest, as_json=as_json)


def inspect(*, path: Path, as_json: bool) -> None:
    """Describe a file or a dataset."""
    with spinner(f"Reading {path}"):
        description = inspect_path(path)
    if isinstance(description, Manifest):
        _print_manifest(description, as_json=as_json)
    else:
        _print_facts(description, as_json=as_json)


def plot(*, input_: Path, output: Path, rows: int, columns: int) -> None:
    """Draw documents."""
    from data_prep.plots import plot_lda  # noqa: PLC0415 -- only this command needs matplotlib

    counts = load(input_).matrix[: rows * columns]
    dense = counts.toarray() if hasattr(counts, "toarray") else counts
    figure = plot_lda(dense, rows, columns)
    with replace_file(output) as file:
        figure.savefig(file, format=output.suffix.lstrip(".") or "png")


def _print_manifest(manifest: Manifest, *, as_json: bool) -> None:
    print(manifest.to_json().rstrip() if as_json else summary(manifest))


def _print_facts(facts: dict[str, Any], *, as_json: bool) -> None:
    print(json.dumps(facts) if as_json else ", ".join(f"{name} {fact}" for name, fact in facts.items()))
