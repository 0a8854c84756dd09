"""Ports for programs that are about to start."""

import socket


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on, and that nobody else is given for a minute.

    A connection through it has just ended, and the system remembers that for so long (TIME_WAIT): whoever
    asks for any port gets another, but a server, which sets SO_REUSEADDR, may listen on this one.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = listener.accept()
            accepted.close()  # whoever closes first is the one that remembers
    return port
