"""One training job on several hosts, each a process on this machine."""

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spectral_lda
from container.contract.paths import Paths
from container.training.job import run_job
from data_prep import recordio
from local_aws.process.ports import free_port

# conftest.Job: test files can't import it.
Job = Any
SECONDS = 60


class Cluster:
    """The hosts of one job, each with its own folders."""

    def __init__(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.processes: list[subprocess.Popen[str]] = []
        self.port = str(free_port())

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
            process.communicate()


@pytest.mark.parametrize(("count", "with_documents"), [(2, 2), (3, 2)], ids=["all", "one without documents"])
def test_hosts_learn_the_model_of_a_single_instance(
    job: Job, cluster: Any, counts: Any, count: int, with_documents: int
) -> None:
    recordio.write(job.folder("train") / "part.pbr", counts)
    job.configure()
    run_job(Paths(job.base))
    hosts = cluster(count)
    for rank, own in enumerate(hosts.jobs):
        if rank < with_documents:
            recordio.write(own.folder("train") / f"part-{rank}.pbr", counts[rank::with_documents])
        recordio.write(own.folder("test") / "part.pbr", counts[:10])
        own.channels["test"] = {"S3DistributionType": "FullyReplicated"}
    ended = hosts.run()
    assert [code for code, _ in ended] == [0] * count, ended
    one, several = spectral_lda.load(job.model), spectral_lda.load(hosts.jobs[0].model)
    np.testing.assert_allclose(several.beta, one.beta, atol=1e-6)
    np.testing.assert_allclose(several.alpha, one.alpha, rtol=1e-6)
    assert not any(own.model.exists() for own in hosts.jobs[1:])
    assert ["<score>=" in log for _, log in ended] == [True] + [False] * (count - 1)


def test_the_leader_writes_the_words_of_the_model(cluster: Any, counts: Any, preparation: Any) -> None:
    hosts = cluster(2)
    for rank, own in enumerate(hosts.jobs):
        recordio.write(own.folder("train") / "part.pbr", counts[rank::2])
        own.channels |= {"vocabulary": {}, "preparation": {}}
        preparation.save(own.folder("vocabulary"))
        (own.folder("vocabulary") / "preparation.json").rename(own.folder("preparation") / "preparation.json")
    ended = hosts.run()
    assert [code for code, _ in ended] == [0, 0], ended
    names = {path.name for path in hosts.jobs[0].model.parent.iterdir()}
    assert names == {"model_algo-1", "vocabulary.txt", "preparation.json"}
    assert not hosts.jobs[1].model.parent.exists()


def wait_for(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    while line not in (read := process.stdout.readline()):
        assert read, f"it ended before {line!r}"


def failures(hosts: Cluster) -> list[str]:
    return [own.failure for own in hosts.jobs]


def test_a_killed_host_is_named_by_the_others(cluster: Any) -> None:
    hosts = cluster(3)
    generator = np.random.default_rng(0)
    for own in hosts.jobs:
        recordio.write(own.folder("train") / "part.pbr", generator.poisson(1.0, (100, 40)).astype(np.float32))
        own.hyperparameters |= {
            "num_topics": "20",
            "feature_dim": "40",
            "max_restarts": "100000",
            "tol": "1e-300",
        }
    hosts.start()
    for process in hosts.processes:
        wait_for(process, "Restart 2/100000")
    hosts.processes[1].kill()
    assert [code for code, _ in hosts.ended()] == [2, -signal.SIGKILL, 2]
    for own in (hosts.jobs[0], hosts.jobs[2]):
        assert own.failure.startswith("AlgorithmError: algo-2 stopped responding: its process has ended")
    assert not hosts.jobs[0].model.exists()


@pytest.mark.parametrize("bad", [0, 1])
def test_a_host_with_invalid_data_reports_it_and_the_others_name_the_host(
    cluster: Any, counts: Any, bad: int
) -> None:
    hosts = cluster(2)
    for number, own in enumerate(hosts.jobs):
        recordio.write(own.folder("train") / "part.pbr", counts / 2 if number == bad else counts)
    assert [code for code, _ in hosts.run()] == [1, 1]
    own = hosts.jobs[bad].failure
    assert re.match(
        r"ClientError: \S+/part.pbr: The count \S+ in row \d+, column \d is not a whole number", own
    )
    other = hosts.jobs[1 - bad].failure
    assert other == own.replace("ClientError:", f"ClientError: algo-{bad + 1} failed:")


def test_a_channel_without_files_fails_every_host(cluster: Any) -> None:
    hosts = cluster(2)
    assert [code for code, _ in hosts.run()] == [1, 1]
    assert all("The channel 'train' contains no file." in reason for reason in failures(hosts))


def test_sigterm_ends_every_host(cluster: Any) -> None:
    hosts = cluster(3)
    hosts.start(0, 1)  # they wait for the third
    for process in hosts.processes:
        wait_for(process, "Waiting for")
        process.send_signal(signal.SIGTERM)
    assert all(code in {143, 2} for code, _ in hosts.ended())
