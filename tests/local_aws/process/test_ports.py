import socket

from local_aws.process.ports import free_port


def test_ports_are_distinct_and_a_server_may_listen_on_them() -> None:
    ports = [free_port() for _ in range(500)]
    assert len(set(ports)) == len(ports)
    with socket.create_server(("127.0.0.1", ports[0])):
        pass


def test_the_system_assigns_a_free_port_to_no_other_program() -> None:
    returned = {free_port() for _ in range(500)}
    for _ in range(5000):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            assert other.getsockname()[1] not in returned
