import re
from typing import Any

import pytest

from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.validation import check

JOB: dict[str, Any] = {
    "TrainingJobName": "lda-dev-1",
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
}


def test_a_valid_request_is_accepted() -> None:
    check("sagemaker", "CreateTrainingJob", JOB)
    check("sagemaker", "ListTrainingJobs", {"CreationTimeAfter": 1.5e9, "MaxResults": 100})
    check("sagemaker", "CreateModel", {"ModelName": "m", "Tags": [{"Key": "größe", "Value": "ä b"}]})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"TrainingJobName": "a_b"}, "1 validation error detected: Value 'a_b' at 'trainingJobName' failed"),
        ({"TrainingJobName": "x" * 64}, "Member must have length less than or equal to 63"),
        ({"TrainingJobName": 7}, "Invalid type for parameter TrainingJobName"),
        ({"RoleArn": "training"}, "Invalid length for parameter RoleArn"),
        ({"Unknown": 1}, 'Unknown parameter in input: "Unknown"'),
        ({"HyperParameters": {"num_topics": 10}}, "Invalid type for parameter HyperParameters.num_topics"),
        ({"ResourceConfig": {"InstanceType": "ml.none", "VolumeSizeInGB": 1}}, "enum value set"),
        ({"Environment": {"1 a": "x"}}, "environment.key"),
        (
            {"InputDataConfig": [{"ChannelName": "a/b", "DataSource": {}}]},
            "inputDataConfig.1.member.ChannelName",
        ),
    ],
)
def test_each_invalid_member_is_named(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ServiceError, match=re.escape(sentence)) as refused:
        check("sagemaker", "CreateTrainingJob", {**JOB, **change})
    assert refused.value.code == "ValidationException"


def test_a_missing_member_is_named() -> None:
    with pytest.raises(ServiceError, match='Missing required parameter in input: "RoleArn"'):
        check("sagemaker", "CreateTrainingJob", {k: v for k, v in JOB.items() if k != "RoleArn"})


def test_a_number_over_its_maximum_is_refused() -> None:
    with pytest.raises(ServiceError, match="less than or equal to 100"):
        check("sagemaker", "ListModels", {"MaxResults": 101})
