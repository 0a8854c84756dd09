"""The program `train`: one job under SageMaker's container contract, `python -m container.train`."""

import math
import signal
import sys
import time
from typing import Any, NoReturn

from container.channels import channel_types, read_channel
from container.errors import ClientError
from container.folders import Folders
from container.hyperparameters import Hyperparameters, parse_hyperparameters
from container.job_log import LOGGER, JobLog, start_log
from spectral_lda import Model, Settings, fit_observed, per_word_log_likelihood
from spectral_lda.counts import CountMatrix

CLIENT_ERROR = 1
ALGORITHM_ERROR = 2
# What a shell reports for a process that SIGTERM ended.
STOPPED = 128 + signal.SIGTERM


def main() -> int:
    """Train, and return the exit code; a failure's sentence is in output/failure."""
    start_log()
    signal.signal(signal.SIGTERM, _stop)
    folders = Folders.from_environment()
    try:
        run_job(folders)
    except SystemExit:
        LOGGER.info("Stopped by SIGTERM.")
        raise
    except ClientError as error:
        return _failed(folders, f"ClientError: {error}", CLIENT_ERROR)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the job's owner reads it in FailureReason
        LOGGER.exception("The job failed by an error in the program.")
        return _failed(folders, f"AlgorithmError: {type(error).__name__}: {error}", ALGORITHM_ERROR)
    return 0


def run_job(folders: Folders) -> None:
    """Read the configuration and the data, learn the model, write it, score it.

    Raises
    ------
    ClientError
        The configuration or the data can't be used; the sentence says why.
    """
    log = JobLog(_only_host(folders.read_config("resourceconfig")))
    given = folders.read_config("hyperparameters")
    channels = folders.read_config("inputdataconfig")
    LOGGER.info("Reading provided configuration from %s: %s", folders.base / "input" / "config", given)
    parameters = parse_hyperparameters(given)
    types = channel_types(channels)
    for name, content_type in types.items():
        LOGGER.info("Using the iterator for %s on the channel %s", content_type, name)
    settings = _settings(parameters)
    LOGGER.info("Running LDA for %d topics (%d requested)", settings.computed_topics, settings.num_topics)
    log.metrics("initialization", initialize_time=1000 * (time.time() - log.started))
    # The test channel is read before the training, so that a mistake in it costs no training.
    counts = {name: _load(folders, name, kind, parameters) for name, kind in types.items()}
    model = _learn(counts["train"], settings, log)
    _save(model, folders, log)
    if "test" in counts:
        _score(model, counts["test"], log)
    LOGGER.info("Total time: %.3f seconds", time.time() - log.started)


def _only_host(resources: dict[str, Any]) -> str:
    hosts = resources.get("hosts") or ["algo-1"]
    if len(hosts) != 1:
        raise ClientError(f"LDA trains on one instance; this job has {len(hosts)}.")
    return str(resources.get("current_host", hosts[0]))


def _settings(parameters: Hyperparameters) -> Settings:
    return Settings(
        num_topics=parameters.num_topics,
        alpha0=parameters.alpha0,
        max_restarts=parameters.max_restarts,
        max_iterations=parameters.max_iterations,
        tol=parameters.tol,
    )


def _load(folders: Folders, name: str, content_type: str, parameters: Hyperparameters) -> CountMatrix:
    counts = read_channel(folders, name, content_type, parameters.feature_dim)
    LOGGER.info("Loaded all data of the channel %s into matrix with shape: %s", name, counts.shape)
    if name == "train" and parameters.mini_batch_size != counts.shape[0]:
        LOGGER.warning(
            "mini_batch_size is %d; it has no effect here: all %d documents are learned from together.",
            parameters.mini_batch_size,
            counts.shape[0],
        )
    return counts


def _learn(counts: CountMatrix, settings: Settings, log: JobLog) -> Model:
    started = time.time()
    try:
        model = fit_observed(counts, settings, LOGGER.info)
    except ValueError as error:
        raise ClientError(str(error)) from error
    log.progress(100)
    log.throughput(counts.shape[0], time.time() - started)
    return model


def _save(model: Model, folders: Folders, log: JobLog) -> None:
    started = time.time()
    folders.model.parent.mkdir(parents=True, exist_ok=True)
    model.save(folders.model)
    LOGGER.info("Serialized the model to %s", folders.model)
    log.metrics("training", model_serialize_time=1000 * (time.time() - started))


def _score(model: Model, counts: CountMatrix, log: JobLog) -> None:
    pwll = per_word_log_likelihood(model, counts)
    if math.isnan(pwll):
        LOGGER.warning("The channel test holds no word, so there is no score.")
        return
    log.test_score(pwll)


def _failed(folders: Folders, sentence: str, code: int) -> int:
    LOGGER.error("%s", sentence)
    folders.write_failure(sentence)
    return code


def _stop(_signal: int, _frame: object) -> NoReturn:
    """Leave by an exception, so that a model that is being written is taken away again."""
    sys.exit(STOPPED)


if __name__ == "__main__":
    sys.exit(main())
