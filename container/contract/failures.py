"""Why a job fails, here or on another host: a sentence for its owner, and the exit code that goes with it."""

from typing import NamedTuple

from container.contract.errors import ClientError
from container.contract.paths import Folders
from container.training.log import LOGGER

CLIENT_ERROR = "ClientError"
ALGORITHM_ERROR = "AlgorithmError"
EXIT_CODES = {CLIENT_ERROR: 1, ALGORITHM_ERROR: 2}


class Failure(NamedTuple):
    """What output/failure says: SageMaker tells the owner's mistakes from the program's by the first word."""

    kind: str
    sentence: str

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        """Return what an exception means for the job's owner."""
        if isinstance(error, ClientError):
            return cls(CLIENT_ERROR, str(error))
        return cls(ALGORITHM_ERROR, f"{type(error).__name__}: {error}")

    def on(self, host: str) -> "Failure":
        """Return the failure of one host as the others report it."""
        return Failure(self.kind, f"{host} failed: {self.sentence}")

    def report(self, folders: Folders) -> int:
        """Leave the reason in the log and where SageMaker looks for it; return the exit code."""
        LOGGER.error("%s: %s", self.kind, self.sentence)
        folders.write_failure(f"{self.kind}: {self.sentence}")
        return EXIT_CODES[self.kind]


class HostFailedError(Exception):
    """Another host has failed, and so has the job.

    Attributes
    ----------
    failure
        What this host reports.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


def stopped_answering(host: str) -> Failure:
    """Return what is known of a host that is lost."""
    return Failure(
        ALGORITHM_ERROR,
        f"{host} stopped answering: its process has ended, or its instance or the network is lost. "
        f"The log stream of {host} may say why.",
    )
