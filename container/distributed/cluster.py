"""The hosts of a training job, from resourceconfig.json."""

import hashlib
import os
from dataclasses import dataclass
from typing import Any

from container.contract.errors import ClientError

# SageMaker's own toolkits use this port between hosts; PyTorch calls the variable MASTER_PORT. If several
# jobs share a machine, each needs its own port.
DEFAULT_PORT = 7777
LOOPBACK = "lo"


@dataclass(frozen=True)
class Cluster:
    """The hosts of one job in their order, and which of them this process runs on.

    Attributes
    ----------
    current
        The name of this host.
    hosts
        All names, sorted. The first host is the leader: it computes the sums and writes the model.
    interface
        The network interface between the hosts; "lo" if all are on one machine, where names need not resolve.
    port
        The port on which the leader listens.
    """

    current: str
    hosts: tuple[str, ...]
    interface: str
    port: int

    @classmethod
    def from_config(cls, resources: dict[str, Any]) -> "Cluster":
        """Read resourceconfig.json; a file without hosts means a single host.

        Raises
        ------
        ClientError
            The current host is not one of the hosts, or a host is listed twice.
        """
        hosts = resources.get("hosts") or ["algo-1"]
        current = resources.get("current_host", hosts[0])
        if current not in hosts or len(set(hosts)) != len(hosts):
            raise ClientError(
                f"resourceconfig.json lists the hosts {hosts!r}; it must contain the current host, "
                f"{current!r}, and each host only once."
            )
        interface = str(resources.get("network_interface_name") or LOOPBACK)
        return cls(str(current), tuple(sorted(hosts)), interface, _port())

    @property
    def rank(self) -> int:
        """The position of this host in the order, from 0."""
        return self.hosts.index(self.current)

    @property
    def leader(self) -> str:
        """The name of the first host."""
        return self.hosts[0]

    @property
    def bind_address(self) -> str:
        """The address on which the leader listens: only on the interface between the hosts."""
        return f"tcp://{'127.0.0.1' if self.interface == LOOPBACK else self.interface}:{self.port}"

    @property
    def leader_address(self) -> str:
        """The address at which the followers connect to the leader."""
        return f"tcp://{'127.0.0.1' if self.interface == LOOPBACK else self.leader}:{self.port}"


def job_token() -> bytes:
    """Return the token of this job's messages, derived from its ARN, which all of its hosts know."""
    job = os.environ.get("TRAINING_JOB_ARN") or os.environ.get("TRAINING_JOB_NAME", "")
    return hashlib.sha256(job.encode()).digest()


def _port() -> int:
    value = os.environ.get("MASTER_PORT", str(DEFAULT_PORT))
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 2**16:
        raise ClientError(f"The environment variable MASTER_PORT is {value!r}; it must be a port number.")
    return int(value)
