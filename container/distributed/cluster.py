"""The instances of a training job, as resourceconfig.json tells each of them."""

import hashlib
import os
from dataclasses import dataclass
from typing import Any

from container.contract.errors import ClientError

# SageMaker's own toolkits let their hosts meet at this port, which PyTorch calls MASTER_PORT. Where several
# jobs share a machine, the variable must give each its own.
PORT = 7777
LOOPBACK = "lo"


@dataclass(frozen=True)
class Cluster:
    """The hosts of one job in their order, and which of them this is.

    Attributes
    ----------
    current
        The name of this host.
    hosts
        All names, sorted: the first is the leader, who adds and who writes the model.
    interface
        The network interface between them; "lo" when all are on one machine, where names need not resolve.
    port
        Where the leader listens.
    """

    current: str
    hosts: tuple[str, ...]
    interface: str
    port: int

    @classmethod
    def from_config(cls, resources: dict[str, Any]) -> "Cluster":
        """Read resourceconfig.json; a file that names no hosts means one.

        Raises
        ------
        ClientError
            It doesn't name this host among the hosts, or names one twice.
        """
        hosts = resources.get("hosts") or ["algo-1"]
        current = resources.get("current_host", hosts[0])
        if current not in hosts or len(set(hosts)) != len(hosts):
            raise ClientError(
                f"resourceconfig.json names the hosts {hosts!r}; {current!r}, the current one, must be there "
                "and each but once."
            )
        interface = str(resources.get("network_interface_name") or LOOPBACK)
        return cls(str(current), tuple(sorted(hosts)), interface, _port())

    @property
    def rank(self) -> int:
        """The place of this host in the order, from 0."""
        return self.hosts.index(self.current)

    @property
    def leader(self) -> str:
        """The first host."""
        return self.hosts[0]

    @property
    def listening_address(self) -> str:
        """Where the leader listens: on the one interface between the hosts, and nowhere else."""
        return f"tcp://{'127.0.0.1' if self.interface == LOOPBACK else self.interface}:{self.port}"

    @property
    def leaders_address(self) -> str:
        """Where the others find the leader."""
        return f"tcp://{'127.0.0.1' if self.interface == LOOPBACK else self.leader}:{self.port}"


def job_token() -> bytes:
    """Return what tells this job's messages from another's; the job's ARN is known to all its hosts."""
    job = os.environ.get("TRAINING_JOB_ARN") or os.environ.get("TRAINING_JOB_NAME", "")
    return hashlib.sha256(job.encode()).digest()


def _port() -> int:
    given = os.environ.get("MASTER_PORT", str(PORT))
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 2**16:
        raise ClientError(f"The environment variable MASTER_PORT is {given!r}; it must be a port's number.")
    return int(given)
