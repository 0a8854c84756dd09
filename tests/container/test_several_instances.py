"""One job on several hosts: real processes that meet on this machine, one a host."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spectral_lda
from data_prep import recordio

# conftest.Job: test files can't import it.
Job = Any
SECONDS = 60


class Cluster:
    """The hosts of one job, each with folders of its own."""

    def __init__(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.processes: list[subprocess.Popen[str]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])

    def start(self, *which: int) -> None:
        for number in which or range(len(self.jobs)):
            self.processes.append(
                self.jobs[number].start(MASTER_PORT=self.port, TRAINING_JOB_ARN="arn:aws:sagemaker:::job/one")
            )

    def ended(self) -> list[tuple[int, str]]:
        logs = [process.communicate(timeout=SECONDS)[0] for process in self.processes]
        return [(process.returncode, log) for process, log in zip(self.processes, logs, strict=True)]

    def run(self) -> list[tuple[int, str]]:
        self.start()
        return self.ended()


@pytest.fixture
def cluster(tmp_path: Path, job: Job) -> Iterator[Callable[[int], Cluster]]:
    made: list[Cluster] = []

    def make(count: int) -> Cluster:
        names = [f"algo-{number}" for number in range(1, count + 1)]
        jobs = [type(job)(tmp_path / name) for name in names]
        for own, name in zip(jobs, names, strict=True):
            own.resources |= {"current_host": name, "hosts": names}
            own.channels["train"]["S3DistributionType"] = "ShardedByS3Key"
            own.folder("train")
        made.append(Cluster(jobs))
        return made[-1]

    yield make
    for found in made:
        for process in found.processes:
            process.kill()
            process.wait()


@pytest.mark.parametrize("count", [2, 3])
def test_hosts_learn_the_model_of_one_instance(job: Job, cluster: Any, counts: Any, count: int) -> None:
    recordio.write(job.folder("train") / "part.pbr", counts)
    recordio.write(job.folder("test") / "part.pbr", counts[:10])
    job.channels["test"] = {}
    assert job.run()[0] == 0
    hosts = cluster(count)
    for rank, own in enumerate(hosts.jobs):
        recordio.write(own.folder("train") / f"part-{rank}.pbr", counts[rank::count])
        recordio.write(own.folder("test") / "part.pbr", counts[:10])
        own.channels["test"] = {"S3DistributionType": "FullyReplicated"}
    ended = hosts.run()
    assert [code for code, _ in ended] == [0] * count, ended
    one, several = spectral_lda.load(job.model), spectral_lda.load(hosts.jobs[0].model)
    np.testing.assert_allclose(several.beta, one.beta, atol=1e-6)
    np.testing.assert_allclose(several.alpha, one.alpha, rtol=1e-6)
    assert not any(own.model.exists() for own in hosts.jobs[1:])
    assert ["<score>=" in log for _, log in ended] == [True] + [False] * (count - 1)
