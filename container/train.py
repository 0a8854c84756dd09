"""The program `train`: one job under SageMaker's container contract, `python -m container.train`.

Exit codes: 0 the model is written; 1 the configuration or the data can't be used (ClientError); 2 the program
or another host failed (AlgorithmError); 143 SIGTERM ended the job.
"""

import sys

from container.contract.errors import ClientError, Failure
from container.contract.paths import Paths
from container.training.log import LOGGER, configure_logging
from container.training.termination import exit_on_sigterm, report_failure


def main() -> int:
    """Train, and return the exit code; the reason of a failure is written to output/failure."""
    configure_logging()
    exit_on_sigterm()
    paths = Paths.from_environment()
    try:
        # A late import: numpy and numba take seconds to import, and SIGTERM is handled from here on.
        from container.training.job import run_job  # noqa: PLC0415

        run_job(paths)
    except Exception as error:  # noqa: BLE001 -- users read every error in FailureReason
        if not isinstance(error, ClientError):
            LOGGER.exception("The job failed by an error in the program.")
        return report_failure(Failure.from_error(error), paths)
    return 0


if __name__ == "__main__":
    sys.exit(main())
