"""The server as a process: start and stop, ports, its environment, and the child processes that it starts."""
