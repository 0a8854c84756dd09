"""Several workers that learn one model together, each from its own documents.

Every statistic of the engine is a sum over documents. Decisions, such as which EM iteration is the best, are
computed from these sums, which have the same bits on every worker. Results of linear algebra are broadcast
from the first worker: another processor may round differently or return the opposite sign.
"""

from typing import Protocol

import numpy as np

from spectral_lda.counts import FloatArray


class Workers(Protocol):
    """The workers of one training job, as one of them addresses them."""

    @property
    def rank(self) -> int:
        """The position of this worker in their order, from 0."""

    @property
    def count(self) -> int:
        """The number of workers."""

    def all_reduce_sum(self, array: FloatArray) -> FloatArray:
        """Return the sum of all workers' arrays, added in the order of their ranks.

        All workers call it equally often, with arrays of the same shape, and get the same bits.
        """


def broadcast(workers: Workers, array: FloatArray) -> FloatArray:
    """Return the first worker's ``array`` on every worker."""
    return workers.all_reduce_sum(array if workers.rank == 0 else np.zeros_like(array))


class _SingleWorker:
    rank = 0
    count = 1

    @staticmethod
    def all_reduce_sum(array: FloatArray) -> FloatArray:
        return array


SINGLE_WORKER: Workers = _SingleWorker()
