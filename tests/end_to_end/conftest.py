"""The three stacks on a local AWS, with the sample data of the notebook in their bucket."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_prep.synthetic import generate_griffiths_data
from tests.end_to_end.helpers.deployment import Deployment
from tests.end_to_end.helpers.local_aws_server import LocalAws, running_local_aws


@pytest.fixture(scope="session")
def griffiths() -> tuple[Any, ...]:
    """The notebook's data: alpha, beta, 2000 documents, their topic mixtures."""
    return generate_griffiths_data(num_documents=2000, num_topics=10, seed=0)


@pytest.fixture(scope="session")
def deployed_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State folder of a local AWS with the three stacks, deployed once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "deployed"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            local_aws = LocalAws(folder)
            local_aws.up()
            Deployment(local_aws).bootstrap()
            Deployment(local_aws).deploy()
            local_aws.down()
            (folder / "done").touch()
    return LocalAws(folder).state


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory, deployed_state: Path) -> Iterator[LocalAws]:
    with running_local_aws(tmp_path_factory.mktemp("local-aws"), state=deployed_state) as local_aws:
        yield local_aws


@pytest.fixture(scope="module")
def deployment(local_aws: LocalAws, griffiths: tuple[Any, ...]) -> Deployment:
    deployment = Deployment(local_aws)
    deployment.upload("griffiths", griffiths[2][:1600], griffiths[2][1600:])
    return deployment


@pytest.fixture(scope="session")
def small_splits() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """A training and a test split of 250 documents: a training job takes a second."""
    documents = generate_griffiths_data(num_documents=250, num_topics=5, seed=1)[2]
    return documents[:200], documents[200:]
