"""Hosts as separate processes: all-reduce, and the detection of failed and lost hosts."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq

from container.contract.errors import Failure, HostFailedError
from container.distributed import network_workers
from container.distributed.cluster import Cluster
from container.distributed.network_workers import NetworkWorkers
from container.distributed.sockets import Timeouts
from local_aws.process.ports import free_port

ROOT = Path(__file__).parents[3]
ADDER = Path(__file__).parent / "programs" / "adder.py"
SECONDS = 60


class Adder:
    """One host's process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def lines_until(self, beginning: str) -> str:
        while not (line := self.line()).startswith(beginning):
            assert self.process.poll() is None or line, f"ended without a line {beginning!r}"
        return line

    def proceed(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> str:
        return self.process.communicate(timeout=SECONDS)[0]


Start = Callable[..., Adder]


@pytest.fixture
def port() -> str:
    return str(free_port())


@pytest.fixture
def start(port: str) -> Iterator[Start]:
    adders: list[Adder] = []

    def begin(
        name: str,
        hosts: str,
        *,
        start_timeout: float = 60,
        heartbeat_timeout: float = 60,
        paused: bool = False,
        **settings: str,
    ) -> Adder:
        own = {"PYTHONPATH": str(ROOT), "MASTER_PORT": port, "TRAINING_JOB_ARN": "arn:one", **settings}
        process = subprocess.Popen(
            [sys.executable, str(ADDER), name, hosts, str(start_timeout), str(heartbeat_timeout)],
            env={**os.environ, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        adders.append(Adder(process))
        if not paused:
            adders[-1].proceed()
        return adders[-1]

    yield begin
    for adder in adders:
        adder.process.kill()
        adder.process.communicate()


def test_the_sum_is_in_the_order_of_the_ranks_to_the_bit(start: Start) -> None:
    names = "algo-1,algo-2,algo-3"
    adders = [start(name, names, paused=True) for name in ("algo-3", "algo-2", "algo-1")]
    for adder in adders:
        adder.lines_until("ready")
    for adder in adders:
        adder.proceed()
        time.sleep(0.3)  # so that the parts arrive in another order than they are added
    parts = [np.random.default_rng(rank).standard_normal((3, 400_000)) for rank in range(3)]
    expected = f"sum {float((parts[0] + parts[1] + parts[2]).sum()).hex()}"
    assert [adder.lines_until("sum") for adder in adders] == [expected] * 3
    for adder in adders:
        adder.proceed()
    ends = [adder.end() for adder in adders]
    assert ends == ["count 3.0\nleft\n"] * 3
    assert [adder.process.returncode for adder in adders] == [0] * 3


@pytest.mark.parametrize("lost", ["algo-1", "algo-2"])
@pytest.mark.parametrize(
    ("number", "heartbeat", "names"),
    [(signal.SIGKILL, 60, "algo-1,algo-2,algo-3"), (signal.SIGSTOP, 8, "algo-1,algo-2")],
    ids=["killed", "suspended"],
)
def test_a_lost_host_is_named_by_every_other(
    start: Start, lost: str, number: signal.Signals, heartbeat: float, names: str
) -> None:
    adders = {name: start(name, names, heartbeat_timeout=heartbeat) for name in names.split(",")}
    for adder in adders.values():
        adder.lines_until("sum")
    adders[lost].process.send_signal(number)
    for adder in (adder for name, adder in adders.items() if name != lost):
        assert adder.end().startswith(f"failed: {lost} stopped responding: ")
        assert adder.process.returncode == 2


def test_a_host_that_never_connects_is_named_by_every_other(start: Start) -> None:
    names = "algo-1,algo-2,algo-3"
    present = start("algo-2", names)
    present.lines_until("waiting")
    adders = [present, start("algo-1", names, start_timeout=5)]
    message = "failed: algo-3 did not connect within 5 seconds."
    assert [adder.lines_until("failed") for adder in adders] == [message] * 2


def test_parts_of_different_shapes_fail_the_job(start: Start) -> None:
    adders = [start(name, "algo-1,algo-2", ODD_HOST="algo-2") for name in ("algo-1", "algo-2")]
    for adder in adders:
        adder.lines_until("sum")
        adder.proceed()
    message = "algo-2 sent the shape (2,) for a sum of the shape ()"
    assert all(message in adder.end() for adder in adders)


def test_messages_of_another_job_are_ignored(start: Start, port: str) -> None:
    leader = start("algo-1", "algo-1,algo-2")
    stranger = start("algo-2", "algo-1,algo-2", start_timeout=2, TRAINING_JOB_ARN="arn:other")
    message = f"failed: algo-1 did not connect at tcp://127.0.0.1:{port} within 2 seconds."
    assert stranger.lines_until("failed") == message
    follower = start("algo-2", "algo-1,algo-2")
    assert leader.lines_until("sum") == follower.lines_until("sum")


def test_invalid_messages_on_the_port_are_ignored(start: Start, port: str) -> None:
    adders = [start("algo-1", "algo-1,algo-2")]
    context: zmq.Context[Any] = zmq.Context()
    with context, context.socket(zmq.DEALER) as stranger:
        stranger.setsockopt(zmq.LINGER, 0)
        stranger.connect(f"tcp://127.0.0.1:{port}")
        for frames in ([b""], [b"x"] * 9, [b"x" * (1 << 23)]):
            stranger.send_multipart(frames)
        adders.append(start("algo-2", "algo-1,algo-2"))
        assert len({adder.lines_until("sum") for adder in adders}) == 1
    assert listening(port) == ["127.0.0.1"]  # and on no other interface


def listening(port: str) -> list[str]:
    """Return the addresses that listen on a port."""
    table = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = [fields[1].split(":") for fields in table if fields[3] == "0A"]
    return [
        socket.inet_ntoa(bytes.fromhex(address)[::-1])
        for address, number in sockets
        if int(number, 16) == int(port)
    ]


class Interrupted:
    """A connection that ends because another host has failed, while this host reports its own failure."""

    closing = threading.Event()
    failing = threading.Event()

    def __init__(self, _cluster: Any, _token: bytes, local: Any, _timeouts: Any) -> None:
        self._local = local

    def run(self) -> None:
        self._local.send_multipart([b"start"])
        raise HostFailedError(Failure("ClientError", "algo-2 failed: no luck"))

    def close(self, _failure: Failure) -> None:
        self.closing.set()
        assert self.failing.wait(SECONDS)


class Failing(NetworkWorkers):
    """A host whose connection ends before it reports its own failure."""

    def _end(self, last_message: list[Any]) -> None:
        Interrupted.failing.set()
        super()._end(last_message)


def test_two_hosts_may_fail_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_workers, "Leader", Interrupted)
    resources = {"current_host": "algo-1", "hosts": ["algo-1", "algo-2"], "network_interface_name": "lo"}
    reported: list[Failure] = []
    workers = Failing(Cluster.from_config(resources), b"", reported.append, Timeouts())
    workers.start()
    assert Interrupted.closing.wait(SECONDS)
    own = Failure("ClientError", "no luck here either")
    failing = threading.Thread(target=workers.fail, args=(own,), daemon=True)
    failing.start()
    failing.join(SECONDS)
    assert not failing.is_alive()
    assert reported == []  # this host reports its own failure
