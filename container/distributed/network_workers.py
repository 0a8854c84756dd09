"""The hosts of a training job on several instances, as the kernel sees them (`spectral_lda.workers.Workers`).

A thread of its own owns the connections, so that the end of another host is noticed while this one reads or
computes. Decision record 0010 says why it is so.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import zmq

from container.contract.failures import ALGORITHM_ERROR, Failure, HostFailedError
from container.distributed import messages
from container.distributed.cluster import Cluster, job_token
from container.distributed.follower import Follower
from container.distributed.leader import Leader
from container.distributed.messages import MessageError, Round
from container.distributed.sockets import Patience
from container.training.log import LOGGER
from spectral_lda.counts import FloatArray
from spectral_lda.workers import SINGLE_WORKER, Workers

_OWN = "inproc://own"
OnFailure = Callable[[Failure], None]


@contextmanager
def joined(cluster: Cluster, on_failure: OnFailure, patience: Patience | None = None) -> Iterator[Workers]:
    """Meet the other hosts of the job, and part from them at the end of the block.

    Leaving it waits for all hosts; leaving it by an exception tells them, so that they fail with its
    sentence.

    Parameters
    ----------
    cluster
        The hosts, and which of them this is.
    on_failure
        Called from another thread when the job fails elsewhere, at any moment of the block: it must end the
        process, for `total` then never returns.
    patience
        How long to wait for other hosts.
    """
    if len(cluster.hosts) == 1:
        yield SINGLE_WORKER
        return
    hosts = NetworkHosts(cluster, job_token(), on_failure, patience or Patience())
    hosts.start()
    try:
        yield hosts
    except Exception as error:
        hosts.fail(Failure.of(error))
        raise
    hosts.leave()


class NetworkHosts:
    """Several hosts, connected."""

    def __init__(self, cluster: Cluster, token: bytes, on_failure: OnFailure, patience: Patience) -> None:
        self.rank = cluster.rank
        self.count = len(cluster.hosts)
        self._cluster = cluster
        self._token = token
        self._on_failure = on_failure
        self._patience = patience
        self._round = 0
        self._failing = False
        self._context: zmq.Context[Any] = zmq.Context()
        self._socket = self._context.socket(zmq.PAIR)
        self._socket.bind(_OWN)
        self._thread = threading.Thread(target=self._carry, name="hosts", daemon=True)

    def start(self) -> None:
        """Wait until every host is there."""
        LOGGER.info("Waiting for the hosts %s", ", ".join(self._cluster.hosts))
        self._thread.start()
        self._socket.recv_multipart()

    def all_reduce_sum(self, array: FloatArray) -> FloatArray:
        """Return the sum of every host's array; see `spectral_lda.workers.Workers`."""
        part = Round(self._round, np.asarray(array))
        self._socket.send_multipart(messages.array_message(self._token, messages.PART, part), copy=False)
        _, header, payload = messages.take_apart(self._token, self._socket.recv_multipart(copy=False))
        answer = messages.parse_array(header, payload)
        if answer.number != self._round or answer.array.shape != part.array.shape:
            raise MessageError(f"sum {answer.number} of the shape {answer.array.shape} came for {part}")
        self._round += 1
        return answer.array

    def leave(self) -> None:
        """Wait until every host has come as far, the model included."""
        self._end(messages.message(self._token, messages.LEAVE))

    def fail(self, failure: Failure) -> None:
        """Tell the other hosts that the job has failed here."""
        self._failing = True
        self._end(messages.failure_message(self._token, failure))

    def _end(self, last: list[Any]) -> None:
        with suppress(zmq.Again):  # the thread has ended, and nobody takes it: another host failed meanwhile
            self._socket.send_multipart(last, zmq.NOBLOCK)
        self._thread.join()
        self._socket.close()
        self._context.term()

    def _carry(self) -> None:
        own = self._context.socket(zmq.PAIR)
        own.connect(_OWN)
        end = Leader if self.rank == 0 else Follower
        connection = end(self._cluster, self._token, own, self._patience)
        try:
            failure = _failure_in(connection)
        finally:
            own.close()
        connection.close(failure)
        if failure and not self._failing:
            self._on_failure(failure)


def _failure_in(connection: Leader | Follower) -> Failure | None:
    try:
        connection.run()
    except HostFailedError as error:
        return error.failure
    except MessageError as error:
        return Failure(ALGORITHM_ERROR, f"The hosts misunderstood each other: {error}.")
    except Exception as error:  # noqa: BLE001 -- a thread's exception would leave the others waiting
        return Failure.of(error)
    return None
