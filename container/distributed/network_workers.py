"""The hosts of a training job as `spectral_lda.workers.Workers`: all-reduce over the network.

A thread owns the connections, so the end of another host is detected while this one reads or computes.
Decision record 0010 gives the reasons.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import zmq

from container.contract.errors import ALGORITHM_ERROR, Failure, HostFailedError
from container.distributed import messages
from container.distributed.cluster import Cluster, job_token
from container.distributed.follower import Follower
from container.distributed.leader import Leader
from container.distributed.messages import MessageError, Round
from container.distributed.sockets import Timeouts
from spectral_lda.counts import FloatArray
from spectral_lda.workers import SINGLE_WORKER, Workers

_LOCAL_ADDRESS = "inproc://local"
OnFailure = Callable[[Failure], None]
LOGGER = logging.getLogger(__name__)


@contextmanager
def connected_workers(
    cluster: Cluster, on_failure: OnFailure, timeouts: Timeouts | None = None
) -> Iterator[Workers]:
    """Connect to the other hosts of the job, and disconnect at the end of the block.

    The end of the block waits for all hosts. An exception in it is reported to the other hosts, which fail
    with its message.

    Parameters
    ----------
    cluster
        The hosts, and which of them this is.
    on_failure
        Called from another thread when the job fails on another host, at any time in the block. It must end
        the process, because `all_reduce_sum` then never returns.
    timeouts
        How long to wait for other hosts.
    """
    if len(cluster.hosts) == 1:
        yield SINGLE_WORKER
        return
    workers = NetworkWorkers(cluster, job_token(), on_failure, timeouts or Timeouts())
    workers.start()
    try:
        yield workers
    except Exception as error:
        workers.fail(Failure.from_error(error))
        raise
    workers.leave()


class NetworkWorkers:
    """The workers of a job on several hosts."""

    def __init__(self, cluster: Cluster, token: bytes, on_failure: OnFailure, timeouts: Timeouts) -> None:
        self.rank = cluster.rank
        self.count = len(cluster.hosts)
        self._cluster = cluster
        self._token = token
        self._on_failure = on_failure
        self._timeouts = timeouts
        self._round = 0
        self._failing = False
        self._context: zmq.Context[Any] = zmq.Context()
        self._socket = self._context.socket(zmq.PAIR)
        self._socket.bind(_LOCAL_ADDRESS)
        self._thread = threading.Thread(target=self._run_connection, name="hosts", daemon=True)

    def start(self) -> None:
        """Wait until every host is connected."""
        LOGGER.info("Waiting for the hosts %s", ", ".join(self._cluster.hosts))
        self._thread.start()
        self._socket.recv_multipart()

    def all_reduce_sum(self, array: FloatArray) -> FloatArray:
        """Return the sum of all hosts' arrays; see `spectral_lda.workers.Workers`."""
        part = Round(self._round, np.asarray(array))
        request = messages.build_array_message(self._token, messages.PART, part)
        self._socket.send_multipart(request, copy=False)
        _, header, payload = messages.parse_message(self._token, self._socket.recv_multipart(copy=False))
        total = messages.parse_array(header, payload)
        if total.number != self._round or total.array.shape != part.array.shape:
            raise MessageError(f"sum {total.number} of the shape {total.array.shape} arrived for {part}")
        self._round += 1
        return total.array

    def leave(self) -> None:
        """Wait until every host has finished, the leader's model included."""
        self._end(messages.build_message(self._token, messages.LEAVE))

    def fail(self, failure: Failure) -> None:
        """Report to the other hosts that the job has failed on this one."""
        self._failing = True
        self._end(messages.build_failure_message(self._token, failure))

    def _end(self, last_message: list[Any]) -> None:
        with suppress(zmq.Again):  # the thread has ended because another host failed in the meantime
            self._socket.send_multipart(last_message, zmq.NOBLOCK)
        self._thread.join()
        self._socket.close()
        self._context.term()

    def _run_connection(self) -> None:
        local = self._context.socket(zmq.PAIR)
        local.connect(_LOCAL_ADDRESS)
        role = Leader if self.rank == 0 else Follower
        connection = role(self._cluster, self._token, local, self._timeouts)
        try:
            failure = _failure_of(connection)
        finally:
            local.close()
        connection.close(failure)
        if failure and not self._failing:
            self._on_failure(failure)


def _failure_of(connection: Leader | Follower) -> Failure | None:
    """Run a connection to its end; return why it failed, if it did."""
    try:
        connection.run()
    except HostFailedError as error:
        return error.failure
    except MessageError as error:
        return Failure(ALGORITHM_ERROR, f"The hosts exchanged an invalid message: {error}.")
    except Exception as error:  # noqa: BLE001 -- an exception in a thread would leave the other hosts waiting
        return Failure.from_error(error)
    return None
