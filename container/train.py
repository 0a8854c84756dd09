"""The program `train`: one job under SageMaker's container contract, `python -m container.train`.

Exit codes: 0 the model is written; 1 the configuration or the data can't be used (ClientError); 2 the
program or another host failed (AlgorithmError); 143 SIGTERM ended the job.
"""

import sys

from container.contract.errors import ClientError
from container.contract.failures import Failure
from container.contract.paths import Folders
from container.training.log import LOGGER, start_log
from container.training.termination import stop_on_sigterm


def main() -> int:
    """Train, and return the exit code; a failure's sentence is in output/failure."""
    start_log()
    stop_on_sigterm()
    folders = Folders.from_environment()
    try:
        # Here, because numpy and numba take seconds to import, and SIGTERM already counts then.
        from container.training.job import run_job  # noqa: PLC0415

        run_job(folders)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the job's owner reads it in FailureReason
        if not isinstance(error, ClientError):
            LOGGER.exception("The job failed by an error in the program.")
        return Failure.of(error).report(folders)
    return 0


if __name__ == "__main__":
    sys.exit(main())
