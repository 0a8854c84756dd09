"""ZeroMQ sockets between the hosts of a job."""

from dataclasses import dataclass

import zmq

from container.distributed.messages import MAX_FRAME_BYTES

# How long the final messages of a host may take to be sent.
LINGER_SECONDS = 5


@dataclass(frozen=True)
class Timeouts:
    """How long hosts wait for each other, in seconds.

    Attributes
    ----------
    start
        Until the last host connects: the instances of a job start minutes apart.
    heartbeat
        Until a heartbeat, which ZeroMQ's own thread answers also while the host computes. The end of a
        process is detected immediately; this timeout is for a lost instance or network.
    """

    start: float = 900.0
    heartbeat: float = 15.0


def open_socket(
    context: "zmq.Context[zmq.Socket[bytes]]", kind: int, timeouts: Timeouts
) -> "zmq.Socket[bytes]":
    """Return a socket that detects lost peers and rejects frames larger than hosts send."""
    socket = context.socket(kind)
    milliseconds = int(1000 * timeouts.heartbeat)
    socket.setsockopt(zmq.HEARTBEAT_IVL, max(1, milliseconds // 5))
    socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, milliseconds)
    socket.setsockopt(zmq.HEARTBEAT_TTL, milliseconds)
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
    # An array is many frames, none of which may be dropped or block its sender.
    socket.setsockopt(zmq.SNDHWM, 0)
    socket.setsockopt(zmq.RCVHWM, 0)
    socket.setsockopt(zmq.LINGER, 1000 * LINGER_SECONDS)
    return socket


def receive(socket: "zmq.Socket[bytes]") -> list["zmq.Frame"] | None:
    """Return a message that has arrived, or None."""
    try:
        return socket.recv_multipart(zmq.NOBLOCK, copy=False)
    except zmq.Again:
        return None
