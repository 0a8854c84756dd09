"""The leader: the first host of a job. It adds the parts of all hosts in their order, and monitors them."""

import logging
import time
from typing import Any

import numpy as np
import zmq

from container.contract.errors import ALGORITHM_ERROR, Failure, HostFailedError, lost_host
from container.distributed import messages
from container.distributed.cluster import Cluster
from container.distributed.messages import MessageError, Round
from container.distributed.sockets import Timeouts, open_socket, receive

POLL_MILLISECONDS = 500
LOGGER = logging.getLogger(__name__)


class Leader:
    """The leader's end of the connections.

    Parameters
    ----------
    cluster
        The hosts; this one is the first.
    token
        The token of the job's messages.
    local
        The socket for this host's own parts and the totals.
    timeouts
        How long to wait for other hosts.
    """

    def __init__(
        self, cluster: Cluster, token: bytes, local: "zmq.Socket[bytes]", timeouts: Timeouts
    ) -> None:
        self._cluster = cluster
        self._token = token
        self._local = local
        self._timeouts = timeouts
        self._context: zmq.Context[Any] = zmq.Context()
        self._socket = open_socket(self._context, zmq.ROUTER, timeouts)
        # Otherwise messages to a lost host are dropped without an error.
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._joined = {cluster.leader}
        self._left: set[str] = set()
        self._parts: dict[str, Round] = {}
        self._round = 0

    def run(self) -> None:
        """Listen, wait for every host, and add until all have left.

        Raises
        ------
        HostFailedError
            A host failed, is lost or never connected.
        MessageError
            A host sent an invalid message.
        """
        try:
            self._socket.bind(self._cluster.bind_address)
        except zmq.ZMQError as error:
            raise OSError(
                f"{self._cluster.leader} can't listen on {self._cluster.bind_address}: {error}"
            ) from error
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._local, zmq.POLLIN)
        deadline = time.monotonic() + self._timeouts.start
        while len(self._joined) < len(self._cluster.hosts):
            self._poll(poller)
            self._check_start(deadline)
        LOGGER.info("All %d hosts are connected: %s", len(self._joined), ", ".join(self._cluster.hosts))
        self._broadcast(messages.build_message(self._token, messages.START))
        self._local.send_multipart(messages.build_message(self._token, messages.START))
        while len(self._left) < len(self._cluster.hosts):
            self._poll(poller)
        self._broadcast(messages.build_message(self._token, messages.DONE))

    def close(self, failure: Failure | None = None) -> None:
        """Report a failure to all other hosts, if there is one, and close the connections."""
        if failure:
            self._broadcast(messages.build_failure_message(self._token, failure))
        self._socket.close()
        self._context.term()

    def _check_start(self, deadline: float) -> None:
        missing = sorted(set(self._cluster.hosts) - self._joined)
        if missing and time.monotonic() > deadline:
            seconds = f"{self._timeouts.start:g} seconds"
            raise HostFailedError(
                Failure(ALGORITHM_ERROR, f"{', '.join(missing)} did not connect within {seconds}.")
            )

    def _poll(self, poller: zmq.Poller) -> None:
        poller.poll(POLL_MILLISECONDS)
        while frames := receive(self._local):
            self._handle(self._cluster.leader, frames)
        while frames := receive(self._socket):
            self._handle(frames[0].bytes.decode(errors="replace"), frames[1:])
        self._probe_hosts()
        self._add_complete_round()

    def _handle(self, host: str, frames: messages.Frames) -> None:
        try:
            kind, header, payload = messages.parse_message(self._token, frames)
        except MessageError as error:
            LOGGER.warning("Ignored a message from %s: %s.", host[:64], error)
            return
        if host not in self._cluster.hosts:
            raise MessageError(f"{host} is not a host of the job")
        if kind == messages.JOIN:
            self._joined.add(host)
            self._send(host, messages.build_message(self._token, messages.WELCOME))
        elif kind == messages.PART:
            self._store_part(host, messages.parse_array(header, payload))
        elif kind == messages.LEAVE:
            self._left.add(host)
        elif kind == messages.FAILED:
            raise HostFailedError(messages.parse_failure(header).on_host(host))
        else:
            raise MessageError(f"{host} sent a message of the unknown kind {kind!r}")

    def _store_part(self, host: str, part: Round) -> None:
        if part.number != self._round or host in self._parts:
            raise MessageError(f"{host} sent a part of sum {part.number} during sum {self._round}")
        self._parts[host] = part

    def _add_complete_round(self) -> None:
        """Add once every part has arrived, in the hosts' order: the bits depend on nothing else."""
        if len(self._parts) < len(self._cluster.hosts):
            return
        parts = [self._parts[host].array for host in self._cluster.hosts]
        for host, part in zip(self._cluster.hosts, parts, strict=True):
            if part.shape != parts[0].shape:
                raise MessageError(
                    f"{host} sent the shape {part.shape} for a sum of the shape {parts[0].shape}"
                )
        total = parts[0]  # a copy of a message, which nothing else refers to
        for part in parts[1:]:
            np.add(total, part, out=total)
        reply = messages.build_array_message(self._token, messages.TOTAL, Round(self._round, total))
        self._parts, self._round = {}, self._round + 1
        self._broadcast(reply)
        self._local.send_multipart(reply, copy=False)

    def _probe_hosts(self) -> None:
        for host in sorted(self._joined - self._left - {self._cluster.leader}):
            self._send(host, messages.build_message(self._token, messages.ALIVE))

    def _broadcast(self, frames: list[Any]) -> None:
        for host in sorted(self._joined - {self._cluster.leader}):
            try:
                self._socket.send_multipart([host.encode(), *frames], copy=False)
            except zmq.ZMQError:  # a lost host: the next probe reports it
                continue

    def _send(self, host: str, frames: list[Any]) -> None:
        try:
            self._socket.send_multipart([host.encode(), *frames])
        except zmq.ZMQError as error:
            raise HostFailedError(lost_host(host)) from error
