"""Errors with a message for users, and the failure that a training job reports for them."""

from typing import NamedTuple

CLIENT_ERROR = "ClientError"
ALGORITHM_ERROR = "AlgorithmError"
# The first word of output/failure -> the process's exit code.
EXIT_CODES = {CLIENT_ERROR: 1, ALGORITHM_ERROR: 2}


class ClientError(Exception):
    """A configuration or data that a training job can't use."""


class DocumentError(ValueError):
    """A request body, a line or an instance that is not a document."""


class Failure(NamedTuple):
    """The content of output/failure: SageMaker shows users' errors and the program's by the first word."""

    kind: str
    message: str

    @classmethod
    def from_error(cls, error: Exception) -> "Failure":
        """Return the failure to report for an exception."""
        if isinstance(error, ClientError):
            return cls(CLIENT_ERROR, str(error))
        return cls(ALGORITHM_ERROR, f"{type(error).__name__}: {error}")

    def on_host(self, host: str) -> "Failure":
        """Return the failure that the other hosts report when ``host`` reports this one."""
        return Failure(self.kind, f"{host} failed: {self.message}")


class HostFailedError(Exception):
    """Another host has failed, and with it the job.

    Attributes
    ----------
    failure
        The failure that this host reports.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def lost_host(host: str) -> Failure:
    """Return the failure to report when the connection to a host is lost."""
    return Failure(
        ALGORITHM_ERROR,
        f"{host} stopped responding: its process has ended, or its instance or the network is lost. "
        f"See the log stream of {host}.",
    )
