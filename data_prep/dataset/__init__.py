"""Datasets: train and test documents with a manifest, in a local folder or in the bucket."""

from data_prep.dataset.writer import load, split, write

__all__ = ["load", "split", "write"]
