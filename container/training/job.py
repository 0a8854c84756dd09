"""What a training job does, from its configuration to the score of its model."""

import math
import time

import numpy as np

from container.contract.channels import Channel, parse_channels
from container.contract.errors import ClientError
from container.contract.failures import Failure
from container.contract.hyperparameters import Hyperparameters, parse_hyperparameters
from container.contract.paths import Folders
from container.distributed.cluster import Cluster
from container.distributed.network_workers import joined
from container.training.channel_reader import Documents, read_channel
from container.training.log import LOGGER, JobLog
from container.training.termination import SAVING, end_process
from spectral_lda import Model, Settings, fit_observed, per_word_log_likelihood
from spectral_lda.workers import Workers


def run_job(folders: Folders) -> None:
    """Read the configuration and the data, learn the model, write it, score it.

    Raises
    ------
    ClientError
        The configuration or the data can't be used; the sentence says why.
    """
    cluster = Cluster.from_config(folders.read_config("resourceconfig"))

    def fail(failure: Failure) -> None:
        end_process(failure.report(folders))

    with joined(cluster, fail) as hosts:
        _Job(folders, hosts, JobLog(cluster.current)).run()


class _Job:
    """A job on one host."""

    def __init__(self, folders: Folders, hosts: Workers, log: JobLog) -> None:
        self._folders = folders
        self._hosts = hosts
        self._log = log

    def run(self) -> None:
        given = self._folders.read_config("hyperparameters")
        LOGGER.info("Reading provided configuration from %s: %s", self._folders.config, given)
        parameters = parse_hyperparameters(given)
        channels = parse_channels(self._folders.read_config("inputdataconfig"))
        for channel in channels:
            LOGGER.info("Using the iterator for %s on the channel %s", channel.content_type, channel.name)
        settings = _settings(parameters)
        LOGGER.info("Running LDA for %d topics (%d requested)", settings.computed_topics, settings.num_topics)
        self._log.metrics("initialization", initialize_time=1000 * (time.time() - self._log.started))
        # The test channel is read before the training, so that a mistake in it costs no training.
        documents = {channel.name: self._load(channel, parameters) for channel in channels}
        model = self._learn(documents["train"], settings)
        if self._hosts.rank == 0:
            self._save(model)
        if "test" in documents:
            self._score(model, documents["test"])
        LOGGER.info("Total time: %.3f seconds", time.time() - self._log.started)

    def _load(self, channel: Channel, parameters: Hyperparameters) -> Documents:
        words = parameters.feature_dim
        documents = read_channel(self._folders, channel, words, self._hosts)
        files, everyones = self._hosts.all_reduce_sum(np.array([documents.files, documents.count], np.float64))
        if not files:
            raise ClientError(f"The channel {channel.name!r} holds no file.")
        of = "" if channel.name == "train" else f" of the channel {channel.name}"
        LOGGER.info("Loaded all data%s into matrix with shape: %s", of, (documents.count, words))
        if channel.name == "train" and parameters.mini_batch_size != everyones:
            LOGGER.warning(
                "mini_batch_size is %d; it has no effect here: all %d documents are learned from together.",
                parameters.mini_batch_size,
                everyones,
            )
        return documents

    def _learn(self, documents: Documents, settings: Settings) -> Model:
        started = time.time()
        try:
            model = fit_observed(documents.shards, settings, LOGGER.info, workers=self._hosts)
        except ValueError as error:
            raise ClientError(str(error)) from error
        self._log.progress(100)
        self._log.throughput(documents.count, time.time() - started)
        return model

    def _save(self, model: Model) -> None:
        started = time.time()
        path = self._folders.model
        with SAVING:
            path.parent.mkdir(parents=True, exist_ok=True)
            model.save(path)
        LOGGER.info("Serialized the model to %s", path)
        self._log.metrics("training", model_serialize_time=1000 * (time.time() - started))

    def _score(self, model: Model, documents: Documents) -> None:
        """Log the score over all hosts' documents, once."""
        pwll = per_word_log_likelihood(model, documents.shards, self._hosts)
        if math.isnan(pwll):
            LOGGER.warning("The channel test holds no word, so there is no score.")
        elif self._hosts.rank == 0:
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
