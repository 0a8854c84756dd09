"""Three stacks on a local AWS, and the sample data of the notebook in their bucket."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_prep.synthetic import generate_griffiths_data
from tests.end_to_end.machine import Machine, Project, machine_in


@pytest.fixture(scope="session")
def griffiths() -> tuple[Any, ...]:
    """The notebook's data: alpha, beta, 2000 documents, their topic mixtures."""
    return generate_griffiths_data(num_documents=2000, num_topics=10, seed=0)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a machine on which the three stacks were deployed, once for all processes of the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "deployed"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            machine = Machine(folder)
            machine.up()
            Project(machine).bootstrap()
            Project(machine).deploy()
            machine.down()
            (folder / "done").touch()
    return Machine(folder).state


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, deployed: Path) -> Iterator[Machine]:
    with machine_in(tmp_path_factory.mktemp("machine"), state=deployed) as machine:
        yield machine


@pytest.fixture(scope="module")
def project(machine: Machine, griffiths: tuple[Any, ...]) -> Project:
    project = Project(machine)
    project.upload("griffiths", griffiths[2][:1600], griffiths[2][1600:])
    return project


@pytest.fixture(scope="session")
def small() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Enough documents for a model of three topics, in a training job of a second."""
    documents = generate_griffiths_data(num_documents=250, num_topics=5, seed=1)[2]
    return documents[:200], documents[200:]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
