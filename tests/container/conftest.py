"""The programs train and serve as SageMaker starts them: processes with their own /opt/ml."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from container.contract.text_files import Text
from data_prep.text.preparation import Preparation
from data_prep.text.tokens import TokenRules
from local_aws.process.ports import free_port
from spectral_lda import Model

ROOT = Path(__file__).parents[2]
BETA = np.array([[0.7, 0.3, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]])
SECONDS = 60


def environment(base: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "SAGEMAKER_BASE_DIR": str(base), "OPENBLAS_NUM_THREADS": "1", **more}


@dataclass
class Job:
    """A training job's folders, and the process that runs in them."""

    base: Path
    hyperparameters: dict[str, Any] = field(
        default_factory=lambda: {"num_topics": "2", "feature_dim": "4", "mini_batch_size": "60"}
    )
    channels: dict[str, Any] = field(default_factory=lambda: {"train": {"TrainingInputMode": "File"}})
    resources: dict[str, Any] = field(
        default_factory=lambda: {
            "current_host": "algo-1",
            "hosts": ["algo-1"],
            "network_interface_name": "lo",
        }
    )

    def folder(self, channel: str) -> Path:
        folder = self.base / "input" / "data" / channel
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def configure(self) -> None:
        config = self.base / "input" / "config"
        config.mkdir(parents=True, exist_ok=True)
        (config / "hyperparameters.json").write_text(json.dumps(self.hyperparameters))
        (config / "inputdataconfig.json").write_text(json.dumps(self.channels))
        (config / "resourceconfig.json").write_text(json.dumps(self.resources))

    def start(self, **settings: str) -> subprocess.Popen[str]:
        self.configure()
        return subprocess.Popen(
            [sys.executable, "-m", "container.train"],
            cwd=ROOT,
            env=environment(self.base, **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self) -> tuple[int, str]:
        with self.start() as process:
            log, _ = process.communicate(timeout=SECONDS)
        return process.returncode, log

    @property
    def failure(self) -> str:
        return (self.base / "output" / "failure").read_text()

    @property
    def model(self) -> Path:
        return self.base / "model" / "model_algo-1"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


@pytest.fixture(scope="session")
def counts() -> Any:
    """Sixty documents over four words, from two topics without a common word."""
    generator = np.random.default_rng(0)
    mixtures = generator.dirichlet([0.2, 0.2], 60)
    return np.array([generator.multinomial(50, mixture @ BETA) for mixture in mixtures]).astype(np.float32)


@dataclass
class Server:
    """A model server's process and port."""

    process: subprocess.Popen[bytes]
    port: int

    def connect(self) -> closing[http.client.HTTPConnection]:
        return closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS))

    def invoke(
        self,
        body: bytes | str,
        content_type: str | None = "text/csv",
        *,
        path: str = "/invocations",
        **headers: str,
    ) -> tuple[int, bytes]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_type is not None:
            sent["Content-Type"] = content_type
        with self.connect() as connection:
            connection.request("POST", path, body, sent)
            response = connection.getresponse()
            return response.status, response.read()

    def ping(self) -> int:
        with self.connect() as connection:
            connection.request("GET", "/ping")
            return connection.getresponse().status

    def raw(self, data: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)
        connection.sendall(data)
        return connection


StartServer = Callable[[Path], Server]


@pytest.fixture(scope="session")
def start_server() -> Iterator[StartServer]:
    """Start model servers on free ports; each is ready when it is returned, and stopped at the end."""
    servers: list[Server] = []

    def start(base: Path) -> Server:
        port = free_port()
        with (base / "serve.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "container.serve"],
                cwd=ROOT,
                env=environment(base, SAGEMAKER_BIND_TO_PORT=str(port)),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        servers.append(Server(process, port))
        _wait_for(servers[-1])
        return servers[-1]

    yield start
    for server in servers:
        server.process.kill()
        server.process.wait()


def _wait_for(server: Server) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        try:
            assert server.ping() == 200
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("The model server didn't start.")


@pytest.fixture(scope="session")
def model() -> Model:
    return Model(np.array([0.5, 0.5]), BETA)


@pytest.fixture(scope="session")
def server(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory, model: Model) -> Server:
    """One model server for all tests that leave it running."""
    base = tmp_path_factory.mktemp("serving")
    (base / "model").mkdir()
    model.save(base / "model" / "model_algo-1")
    return start_server(base)


@pytest.fixture(scope="session")
def preparation() -> Preparation:
    rules = TokenRules(stop_words=frozenset({"the"}))
    return Preparation(rules, 1, "en", ("apple", "bread", "cat", "dog"))


@pytest.fixture(scope="session")
def text(preparation: Preparation) -> Text:
    content = ("\n".join(preparation.vocabulary) + "\n").encode()
    return Text(content, preparation.to_json().encode(), preparation.vocabulary)


@pytest.fixture(scope="session")
def text_server(
    start_server: StartServer,
    tmp_path_factory: pytest.TempPathFactory,
    model: Model,
    preparation: Preparation,
) -> Server:
    """One server of a model that was learned from text."""
    base = tmp_path_factory.mktemp("serving-text")
    (base / "model").mkdir()
    model.save(base / "model" / "model_algo-1")
    preparation.save(base / "model")
    return start_server(base)
