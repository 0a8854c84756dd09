"""Free ports for servers that are about to start."""

import socket


def free_port() -> int:
    """Return a free port of 127.0.0.1, which the system assigns to no other program for a minute.

    A connection through the port has just been closed, and the system remembers that for a minute
    (TIME_WAIT): a program that requests any free port gets another one, but a server, which sets
    SO_REUSEADDR, may listen on this one.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = listener.accept()
            accepted.close()  # the side that closes first has the connection in TIME_WAIT
    return port
