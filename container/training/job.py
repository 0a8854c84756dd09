"""A training job, from its configuration to the score of its model."""

import math
import time

import numpy as np

from container.contract.channels import TEXT_CHANNELS, Channel, parse_channels, text_channels
from container.contract.errors import ClientError, Failure
from container.contract.hyperparameters import Hyperparameters, parse_hyperparameters
from container.contract.paths import Paths
from container.contract.text_files import Text
from container.distributed.cluster import Cluster
from container.distributed.network_workers import connected_workers
from container.training.channel_reader import Documents, read_channel
from container.training.log import LOGGER, JobLog
from container.training.termination import MODEL_LOCK, exit_process, report_failure
from spectral_lda import Model, Settings, fit_observed, per_word_log_likelihood
from spectral_lda.workers import Workers


def run_job(paths: Paths) -> None:
    """Read the configuration and the data, learn the model, write it and score it.

    Raises
    ------
    ClientError
        The configuration or the data can't be used; the message gives the reason.
    """
    cluster = Cluster.from_config(paths.read_config("resourceconfig"))

    def on_failure(failure: Failure) -> None:
        exit_process(report_failure(failure, paths))

    with connected_workers(cluster, on_failure) as workers:
        _Job(paths, workers, JobLog(cluster.current)).run()


class _Job:
    """A job on one host."""

    def __init__(self, paths: Paths, workers: Workers, log: JobLog) -> None:
        self._paths = paths
        self._workers = workers
        self._log = log

    def run(self) -> None:
        values = self._paths.read_config("hyperparameters")
        LOGGER.info("Reading provided configuration from %s: %s", self._paths.config, values)
        parameters = parse_hyperparameters(values)
        config = self._paths.read_config("inputdataconfig")
        channels = parse_channels(config)
        for channel in channels:
            LOGGER.info("Using the iterator for %s on the channel %s", channel.content_type, channel.name)
        settings = _settings(parameters)
        LOGGER.info("Running LDA for %d topics (%d requested)", settings.computed_topics, settings.num_topics)
        self._log.metrics("initialization", initialize_time=1000 * (time.time() - self._log.started))
        text = self._read_text(text_channels(config), parameters.feature_dim)
        # The test channel is read before the training, so an error in it costs no training.
        documents = {channel.name: self._load(channel, parameters) for channel in channels}
        model = self._learn(documents["train"], settings)
        if self._workers.rank == 0:
            self._save(model, text)
        if "test" in documents:
            self._score(model, documents["test"])
        LOGGER.info("Total time: %.3f seconds", time.time() - self._log.started)

    def _load(self, channel: Channel, parameters: Hyperparameters) -> Documents:
        words = parameters.feature_dim
        documents = read_channel(self._paths, channel, words, self._workers)
        counts = np.array([documents.files, documents.count], np.float64)
        all_files, all_documents = self._workers.all_reduce_sum(counts)
        if not all_files:
            raise ClientError(f"The channel {channel.name!r} contains no file.")
        source = "" if channel.name == "train" else f" of the channel {channel.name}"
        LOGGER.info("Loaded all data%s into matrix with shape: %s", source, (documents.count, words))
        if channel.name == "train" and parameters.mini_batch_size != all_documents:
            LOGGER.warning(
                "mini_batch_size is %d; it has no effect: all %d documents are learned from together.",
                parameters.mini_batch_size,
                all_documents,
            )
        return documents

    def _learn(self, documents: Documents, settings: Settings) -> Model:
        started = time.time()
        try:
            model = fit_observed(documents.shards, settings, LOGGER.info, workers=self._workers)
        except ValueError as error:
            raise ClientError(str(error)) from error
        self._log.progress(100)
        self._log.throughput(documents.count, time.time() - started)
        return model

    def _read_text(self, names: list[str], words: int) -> Text | None:
        """Read and check the vocabulary and the preparation that go into the model's archive, if any."""
        paths = {name: self._paths.channel(name) / file for name, file in TEXT_CHANNELS.items()}
        for name in names:
            if not paths[name].is_file():
                raise ClientError(f"The channel {name!r} must contain the file {paths[name].name}.")
        try:
            text = Text.read(paths["vocabulary"], paths["preparation"], words) if names else None
            if text is not None and text.preparation is not None:
                LOGGER.info("The model is for text: it has a vocabulary and a preparation.")
        except ValueError as error:
            raise ClientError(str(error)) from error
        return text

    def _save(self, model: Model, text: Text | None) -> None:
        started = time.time()
        path = self._paths.model
        with MODEL_LOCK:
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is not None:  # before the model, which is never without its words
                text.save(path.parent)
            model.save(path)
        LOGGER.info("Serialized the model to %s", path)
        self._log.metrics("training", model_serialize_time=1000 * (time.time() - started))

    def _score(self, model: Model, documents: Documents) -> None:
        """Log the score over the documents of all hosts, once."""
        pwll = per_word_log_likelihood(model, documents.shards, self._workers)
        if math.isnan(pwll):
            LOGGER.warning("The channel test contains no word, so there is no score.")
        elif self._workers.rank == 0:
            self._log.test_score(pwll)


def _settings(parameters: Hyperparameters) -> Settings:
    try:
        return Settings(
            num_topics=parameters.num_topics,
            alpha0=parameters.alpha0,
            max_restarts=parameters.max_restarts,
            max_iterations=parameters.max_iterations,
            tol=parameters.tol,
        )
    except ValueError as error:
        raise ClientError(f"A hyperparameter is out of range: {error}") from error
