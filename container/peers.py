"""What a host learns of the others' ends."""

from container.failures import ALGORITHM_ERROR, Failure


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
