"""Several hosts that learn one model together, each from documents of its own.

Every statistic of the engine is a sum over documents. What decides (the pass to keep) is computed from the
sums, which are the same bits on every host; what linear algebra makes of them is the first host's, as another
processor may round otherwise, or turn a sign.
"""

from typing import Protocol

import numpy as np

from spectral_lda.counts import FloatArray


class Hosts(Protocol):
    """The hosts of one training job, seen from one of them."""

    @property
    def rank(self) -> int:
        """The host's place in their order, from 0."""

    @property
    def count(self) -> int:
        """The number of hosts."""

    def total(self, array: FloatArray) -> FloatArray:
        """Return the sum of every host's ``array``, added in the order of their ranks.

        All hosts call it equally often, with arrays of the same shape, and get the same bits.
        """


def of_the_first(hosts: Hosts, array: FloatArray) -> FloatArray:
    """Return the first host's ``array`` on every host."""
    return hosts.total(array if hosts.rank == 0 else np.zeros_like(array))


class _Alone:
    rank = 0
    count = 1

    @staticmethod
    def total(array: FloatArray) -> FloatArray:
        return array


ALONE: Hosts = _Alone()
