"""Datasets: train and test documents with a manifest, in a local folder or in the bucket."""

from data_prep.dataset.inspection import load
from data_prep.dataset.splitting import split
from data_prep.dataset.writer import write

__all__ = ["load", "split", "write"]
