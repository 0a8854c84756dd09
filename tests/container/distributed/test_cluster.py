"""The hosts of a job, from resourceconfig.json."""

from typing import Any

import pytest

from container.contract.errors import ClientError
from container.distributed.cluster import DEFAULT_PORT, Cluster, job_token


def resources(**changes: Any) -> dict[str, Any]:
    config = {"current_host": "algo-2", "hosts": ["algo-2", "algo-1"], "network_interface_name": "eth0"}
    return config | changes


def test_the_first_host_leads_and_listens_on_the_given_interface_only() -> None:
    cluster = Cluster.from_config(resources())
    assert (cluster.hosts, cluster.rank, cluster.leader) == (("algo-1", "algo-2"), 1, "algo-1")
    assert cluster.bind_address == f"tcp://eth0:{DEFAULT_PORT}"
    assert cluster.leader_address == f"tcp://algo-1:{DEFAULT_PORT}"


def test_on_one_machine_names_need_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_PORT", "4711")
    cluster = Cluster.from_config(resources(network_interface_name="lo"))
    assert cluster.bind_address == cluster.leader_address == "tcp://127.0.0.1:4711"


def test_without_hosts_there_is_a_single_one() -> None:
    cluster = Cluster.from_config({})
    assert (cluster.hosts, cluster.current, cluster.rank) == (("algo-1",), "algo-1", 0)


@pytest.mark.parametrize(
    "changes", [{"current_host": "algo-3"}, {"hosts": ["algo-2", "algo-2"]}], ids=["unknown", "twice"]
)
def test_contradictory_names_are_a_client_error(changes: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=r"resourceconfig.json lists the hosts \[.*\]"):
        Cluster.from_config(resources(**changes))


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", "", "\uff11"])
def test_an_invalid_port_is_a_client_error(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("MASTER_PORT", port)
    with pytest.raises(ClientError, match="The environment variable MASTER_PORT is"):
        Cluster.from_config(resources())


def test_every_job_has_its_own_token(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = set()
    for name in ("arn:a", "arn:b", ""):
        monkeypatch.setenv("TRAINING_JOB_ARN", name)
        monkeypatch.setenv("TRAINING_JOB_NAME", "named")
        tokens.add(job_token())
    assert len(tokens) == 3
