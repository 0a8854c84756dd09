"""A follower: a host that sends its parts to the leader and receives the totals."""

import time
from typing import Any, NoReturn

import zmq

from container.contract.errors import ALGORITHM_ERROR, Failure, HostFailedError, lost_host
from container.distributed import messages
from container.distributed.cluster import Cluster
from container.distributed.messages import MessageError
from container.distributed.sockets import Timeouts, open_socket, receive


class Follower:
    """A follower's end of the connection; its parameters are the leader's."""

    def __init__(
        self, cluster: Cluster, token: bytes, local: "zmq.Socket[bytes]", timeouts: Timeouts
    ) -> None:
        self._cluster = cluster
        self._token = token
        self._local = local
        self._timeouts = timeouts
        self._context: zmq.Context[Any] = zmq.Context()
        self._socket = open_socket(self._context, zmq.DEALER, timeouts)
        self._socket.setsockopt(zmq.IDENTITY, cluster.current.encode())
        self._monitor = self._socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._connected = self._done = self._leader_is_informed = False

    def run(self) -> None:
        """Join the job, and pass messages on until the leader reports that it is done.

        Raises
        ------
        HostFailedError
            A host failed, or the leader is lost or never connected.
        MessageError
            The leader sent an invalid message.
        """
        self._socket.connect(self._cluster.leader_address)
        self._socket.send_multipart(messages.build_message(self._token, messages.JOIN))
        poller = zmq.Poller()
        for socket in (self._socket, self._monitor, self._local):
            poller.register(socket, zmq.POLLIN)
        deadline = time.monotonic() + self._timeouts.start
        while not self._done:
            ready = dict(poller.poll(None if self._connected else 1000))
            while frames := receive(self._local):
                self._socket.send_multipart(frames, copy=False)
            self._handle_messages()
            if self._monitor in ready and not self._done:
                self._fail(lost_host(self._cluster.leader))
            self._check_start(deadline)

    def close(self, failure: Failure | None = None) -> None:
        """Report a failure that the leader doesn't know of yet, and close the connection."""
        if failure and not self._leader_is_informed:
            self._socket.send_multipart(messages.build_failure_message(self._token, failure))
        self._socket.disable_monitor()
        self._monitor.close()
        self._socket.close(linger=0 if self._leader_is_informed else None)
        self._context.term()

    def _check_start(self, deadline: float) -> None:
        if not self._connected and time.monotonic() > deadline:
            where = f"{self._cluster.leader} did not connect at {self._cluster.leader_address}"
            self._fail(Failure(ALGORITHM_ERROR, f"{where} within {self._timeouts.start:g} seconds."))

    def _fail(self, failure: Failure) -> NoReturn:
        """Raise a failure that the leader reported or that concerns it, so it is not reported back."""
        self._leader_is_informed = True
        raise HostFailedError(failure)

    def _handle_messages(self) -> None:
        """Handle the leader's messages; its last ones arrive before the disconnection."""
        while frames := receive(self._socket):
            kind, header, _ = messages.parse_message(self._token, frames)
            if kind == messages.WELCOME:
                self._connected = True
            elif kind in {messages.START, messages.TOTAL}:
                self._local.send_multipart(frames, copy=False)
            elif kind == messages.DONE:
                self._done = True
            elif kind == messages.FAILED:
                self._fail(messages.parse_failure(header))
            elif kind != messages.ALIVE:
                raise MessageError(f"the leader sent a message of the unknown kind {kind!r}")
