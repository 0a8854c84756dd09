"""The server, the execution role, and archives."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local_aws.process import environment
from tests.local_aws.sagemaker.helpers.local_server import BUCKET, IMAGE, REGION, Aws, archive, running

ACCOUNT = environment.ACCOUNT
METRIC_NAMESPACES = [f"/aws/sagemaker/{kind}" for kind in ("TrainingJobs", "TransformJobs", "Endpoints")]


def execution_permissions() -> list[dict[str, Any]]:
    repository = f"arn:aws:ecr:us-east-1:111122223333:repository/{IMAGE.partition('/')[2].partition(':')[0]}"
    log_group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/*"
    return [
        {"Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        *[
            {"Action": f"ecr:{action}", "Resource": repository}
            for action in ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage")
        ],
        *[
            {"Action": f"logs:{action}", "Resource": log_group}
            for action in ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogStreams")
        ],
        {
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": METRIC_NAMESPACES}},
        },
        {"Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
        {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"},
        {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"},
    ]


@pytest.fixture
def permissions() -> Callable[[], list[dict[str, Any]]]:
    return execution_permissions


@pytest.fixture
def make_archive() -> Callable[[dict[str, bytes]], bytes]:
    return archive


def server_with_data(folder: Path) -> Iterator[Aws]:
    with running(Aws(folder)) as server:
        s3 = server.client("s3")
        s3.put_object(Bucket=BUCKET, Key="data/train/part-0.csv", Body=b"1,2,3")
        s3.put_object(Bucket=BUCKET, Key="data/train/more/part-1.csv", Body=b"4,5,6")
        yield server


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    yield from server_with_data(tmp_path_factory.mktemp("aws"))


@pytest.fixture(scope="module")
def own_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """A server that the tests of a module may stop."""
    yield from server_with_data(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="session")
def role(aws: Aws) -> str:
    return aws.role(execution_permissions())
