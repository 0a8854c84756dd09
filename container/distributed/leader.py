"""The first host of a job: it adds what all hosts send, in their order, and watches them."""

import time
from typing import Any

import numpy as np
import zmq

from container.contract.failures import ALGORITHM_ERROR, Failure, HostFailedError, stopped_answering
from container.distributed import messages
from container.distributed.cluster import Cluster
from container.distributed.messages import MessageError, Round
from container.distributed.sockets import Patience, open_socket, received
from container.training.log import LOGGER

TICK_MILLISECONDS = 500


class Leader:
    """The leader's end of the connections.

    Parameters
    ----------
    cluster
        The hosts; this one is the first.
    token
        What tells the job's messages from others.
    own
        Where this host's own parts come from and the totals go to.
    patience
        How long to wait for other hosts.
    """

    def __init__(self, cluster: Cluster, token: bytes, own: "zmq.Socket[bytes]", patience: Patience) -> None:
        self._cluster = cluster
        self._token = token
        self._own = own
        self._patience = patience
        self._context: zmq.Context[Any] = zmq.Context()
        self._socket = open_socket(self._context, zmq.ROUTER, patience)
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)  # or a lost host's messages vanish silently
        self._here = {cluster.leader}
        self._left: set[str] = set()
        self._parts: dict[str, Round] = {}
        self._round = 0

    def run(self) -> None:
        """Listen, wait for every host, and add until all have left.

        Raises
        ------
        HostFailedError
            A host failed, is lost or never came.
        MessageError
            A host sent what no host sends.
        """
        try:
            self._socket.bind(self._cluster.listening_address)
        except zmq.ZMQError as error:
            raise OSError(
                f"{self._cluster.leader} can't listen on {self._cluster.listening_address}: {error}"
            ) from error
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._own, zmq.POLLIN)
        deadline = time.monotonic() + self._patience.start
        while len(self._here) < len(self._cluster.hosts):
            self._look(poller)
            self._check_presence(deadline)
        LOGGER.info("All %d hosts are here: %s", len(self._here), ", ".join(self._cluster.hosts))
        self._tell(messages.message(self._token, messages.START))
        self._own.send_multipart(messages.message(self._token, messages.START))
        while len(self._left) < len(self._cluster.hosts):
            self._look(poller)
        self._tell(messages.message(self._token, messages.DONE))

    def close(self, failure: Failure | None = None) -> None:
        """Say a last word to all others, if there is a failure, and hang up."""
        if failure:
            self._tell(messages.failure_message(self._token, failure))
        self._socket.close()
        self._context.term()

    def _check_presence(self, deadline: float) -> None:
        missing = sorted(set(self._cluster.hosts) - self._here)
        if missing and time.monotonic() > deadline:
            seconds = f"{self._patience.start:g} seconds"
            raise HostFailedError(
                Failure(ALGORITHM_ERROR, f"{', '.join(missing)} did not appear within {seconds}.")
            )

    def _look(self, poller: zmq.Poller) -> None:
        poller.poll(TICK_MILLISECONDS)
        while frames := received(self._own):
            self._take(self._cluster.leader, frames)
        while frames := received(self._socket):
            self._take(frames[0].bytes.decode(errors="replace"), frames[1:])
        self._probe()
        self._add()

    def _take(self, host: str, frames: messages.Frames) -> None:
        try:
            kind, header, payload = messages.take_apart(self._token, frames)
        except MessageError as error:
            LOGGER.warning("Ignored what calls itself %s: %s.", host[:64], error)
            return
        if host not in self._cluster.hosts:
            raise MessageError(f"{host} is none of the job's hosts")
        if kind == messages.JOIN:
            self._here.add(host)
            self._send(host, messages.message(self._token, messages.WELCOME))
        elif kind == messages.PART:
            self._keep(host, messages.parse_array(header, payload))
        elif kind == messages.LEAVE:
            self._left.add(host)
        elif kind == messages.FAILED:
            raise HostFailedError(messages.parse_failure(header).on(host))
        else:
            raise MessageError(f"{host} sent {kind!r}, which no host sends")

    def _keep(self, host: str, part: Round) -> None:
        if part.number != self._round or host in self._parts:
            raise MessageError(
                f"{host} sent a part of sum {part.number} while sum {self._round} is being made"
            )
        self._parts[host] = part

    def _add(self) -> None:
        """Add when every part is there: in the hosts' order, so that the bits depend on nothing else."""
        if len(self._parts) < len(self._cluster.hosts):
            return
        parts = [self._parts[host].array for host in self._cluster.hosts]
        for host, part in zip(self._cluster.hosts, parts, strict=True):
            if part.shape != parts[0].shape:
                raise MessageError(
                    f"{host} sent the shape {part.shape} for a sum of the shape {parts[0].shape}"
                )
        total = parts[0]  # nobody else's: it was copied out of a message
        for part in parts[1:]:
            np.add(total, part, out=total)
        answer = messages.array_message(self._token, messages.TOTAL, Round(self._round, total))
        self._parts, self._round = {}, self._round + 1
        self._tell(answer)
        self._own.send_multipart(answer, copy=False)

    def _probe(self) -> None:
        for host in sorted(self._here - self._left - {self._cluster.leader}):
            self._send(host, messages.message(self._token, messages.ALIVE))

    def _tell(self, frames: list[Any]) -> None:
        for host in sorted(self._here - {self._cluster.leader}):
            try:
                self._socket.send_multipart([host.encode(), *frames], copy=False)
            except zmq.ZMQError:  # lost: who looks after it next says so
                continue

    def _send(self, host: str, frames: list[Any]) -> None:
        try:
            self._socket.send_multipart([host.encode(), *frames])
        except zmq.ZMQError as error:
            raise HostFailedError(stopped_answering(host)) from error
