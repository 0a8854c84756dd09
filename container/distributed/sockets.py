"""ZeroMQ's sockets between the hosts of a job."""

from dataclasses import dataclass

import zmq

from container.distributed.messages import LARGEST_FRAME

# How long the last words of a host that ends may take to leave it.
LINGER_SECONDS = 5


@dataclass(frozen=True)
class Patience:
    """How long hosts wait for each other, in seconds.

    Attributes
    ----------
    start
        For the last host to appear: instances of one job come up minutes apart.
    answer
        For a sign of life, which ZeroMQ's own thread gives also while the host computes. A process that ends
        is noticed at once; this is for an instance or a network that is lost.
    """

    start: float = 900.0
    answer: float = 15.0


def open_socket(
    context: "zmq.Context[zmq.Socket[bytes]]", kind: int, patience: Patience
) -> "zmq.Socket[bytes]":
    """Return a socket that notices lost peers and takes no larger frame than hosts send."""
    socket = context.socket(kind)
    milliseconds = int(1000 * patience.answer)
    socket.setsockopt(zmq.HEARTBEAT_IVL, max(1, milliseconds // 5))
    socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, milliseconds)
    socket.setsockopt(zmq.HEARTBEAT_TTL, milliseconds)
    socket.setsockopt(zmq.MAXMSGSIZE, LARGEST_FRAME)
    # An array is many frames, none of which may be dropped or hold its sender up.
    socket.setsockopt(zmq.SNDHWM, 0)
    socket.setsockopt(zmq.RCVHWM, 0)
    socket.setsockopt(zmq.LINGER, 1000 * LINGER_SECONDS)
    return socket


def received(socket: "zmq.Socket[bytes]") -> list["zmq.Frame"] | None:
    """Return a message that is there, or None."""
    try:
        return socket.recv_multipart(zmq.NOBLOCK, copy=False)
    except zmq.Again:
        return None
