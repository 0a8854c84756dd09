"""A host of a job that is not the first: it sends its parts to the leader, and gets the totals."""

import time
from typing import Any, NoReturn

import zmq

from container.contract.failures import ALGORITHM_ERROR, Failure, HostFailedError, stopped_answering
from container.distributed import messages
from container.distributed.cluster import Cluster
from container.distributed.messages import MessageError
from container.distributed.sockets import Patience, open_socket, received


class Follower:
    """A follower's end of the connection; its parameters are the leader's."""

    def __init__(self, cluster: Cluster, token: bytes, own: "zmq.Socket[bytes]", patience: Patience) -> None:
        self._cluster = cluster
        self._token = token
        self._own = own
        self._patience = patience
        self._context: zmq.Context[Any] = zmq.Context()
        self._socket = open_socket(self._context, zmq.DEALER, patience)
        self._socket.setsockopt(zmq.IDENTITY, cluster.current.encode())
        self._monitor = self._socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._welcome = self._done = self._leader_knows = False

    def run(self) -> None:
        """Join, and carry messages until the leader says that the job is done.

        Raises
        ------
        HostFailedError
            A host failed, the leader is lost or never came.
        MessageError
            The leader sent what no leader sends.
        """
        self._socket.connect(self._cluster.leaders_address)
        self._socket.send_multipart(messages.message(self._token, messages.JOIN))
        poller = zmq.Poller()
        for socket in (self._socket, self._monitor, self._own):
            poller.register(socket, zmq.POLLIN)
        deadline = time.monotonic() + self._patience.start
        while not self._done:
            ready = dict(poller.poll(None if self._welcome else 1000))
            while frames := received(self._own):
                self._socket.send_multipart(frames, copy=False)
            self._listen()
            if self._monitor in ready and not self._done:
                self._give_up(stopped_answering(self._cluster.leader))
            self._check_leader(deadline)

    def close(self, failure: Failure | None = None) -> None:
        """Say a last word to the leader, if there is a failure that it doesn't know of, and hang up."""
        if failure and not self._leader_knows:
            self._socket.send_multipart(messages.failure_message(self._token, failure))
        self._socket.disable_monitor()
        self._monitor.close()
        self._socket.close(linger=0 if self._leader_knows else None)
        self._context.term()

    def _check_leader(self, deadline: float) -> None:
        if not self._welcome and time.monotonic() > deadline:
            where = f"{self._cluster.leader} did not appear at {self._cluster.leaders_address}"
            self._give_up(Failure(ALGORITHM_ERROR, f"{where} within {self._patience.start:g} seconds."))

    def _give_up(self, failure: Failure) -> NoReturn:
        """Fail by what the leader said, or because it is lost: it need not be told."""
        self._leader_knows = True
        raise HostFailedError(failure)

    def _listen(self) -> None:
        """Take whatever the leader said; its last words come before the connection's end."""
        while frames := received(self._socket):
            kind, header, _ = messages.take_apart(self._token, frames)
            if kind == messages.WELCOME:
                self._welcome = True
            elif kind in {messages.START, messages.TOTAL}:
                self._own.send_multipart(frames, copy=False)
            elif kind == messages.DONE:
                self._done = True
            elif kind == messages.FAILED:
                self._give_up(messages.parse_failure(header))
            elif kind != messages.ALIVE:
                raise MessageError(f"the leader sent {kind!r}, which no leader sends")
