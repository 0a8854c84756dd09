"""Service Quotas: listed, changed, and enforced by SageMaker."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRAINING, ENDPOINT = "ml.c4.2xlarge for training job usage", "ml.c4.xlarge for endpoint usage"


def listed(aws: Any, **arguments: Any) -> list[dict[str, Any]]:
    pages = aws.client("service-quotas").get_paginator("list_service_quotas")
    return [
        quota for page in pages.paginate(ServiceCode="sagemaker", **arguments) for quota in page["Quotas"]
    ]


def describe_quota(aws: Any, name: str) -> dict[str, Any]:
    return next(quota for quota in listed(aws) if quota["QuotaName"] == name)


@pytest.fixture
def limit(aws: Any) -> Iterator[Any]:
    """Set a quota, and restore it afterwards."""
    quotas = aws.client("service-quotas")
    before: dict[str, float] = {}

    def set_(name: str, value: float) -> None:
        described = describe_quota(aws, name)
        before.setdefault(described["QuotaCode"], described["Value"])
        increase = quotas.request_service_quota_increase(
            ServiceCode="sagemaker", QuotaCode=described["QuotaCode"], DesiredValue=value
        )["RequestedQuota"]
        assert (increase["Status"], increase["QuotaName"], increase["DesiredValue"]) == (
            "APPROVED",
            name,
            value,
        )

    yield set_
    for code, value in before.items():
        quotas.request_service_quota_increase(ServiceCode="sagemaker", QuotaCode=code, DesiredValue=value)


def test_the_quotas_of_every_usage_are_listed_by_aws_names(aws: Any) -> None:
    names = [quota["QuotaName"] for quota in listed(aws)]
    assert {TRAINING, ENDPOINT, "ml.c4.2xlarge for transform job usage"} <= set(names)
    assert names == sorted(set(names))
    assert [quota["QuotaName"] for quota in listed(aws, PaginationConfig={"PageSize": 7})] == names


def test_a_quota_is_read_by_its_code(aws: Any) -> None:
    described = describe_quota(aws, TRAINING)
    client = aws.client("service-quotas")
    assert (
        client.get_service_quota(ServiceCode="sagemaker", QuotaCode=described["QuotaCode"])["Quota"]
        == described
    )
    assert described["Value"] == 20.0


@pytest.mark.parametrize(
    ("service", "code"), [("ec2", "L-00000000"), ("sagemaker", "L-00000000")], ids=["service", "code"]
)
def test_an_unknown_service_or_code_is_named(aws: Any, service: str, code: str) -> None:
    with pytest.raises(ClientError, match=r"NoSuchResourceException.* (of ec2, |L-00000000 )"):
        aws.client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)


def test_a_training_job_over_its_quota_is_refused_in_sagemakers_wording(
    aws: Any, role: str, limit: Any
) -> None:
    limit(TRAINING, 1)
    first, second = aws.job(role, behaviour="wait for release"), aws.job(role)
    sagemaker = aws.client("sagemaker")
    sagemaker.create_training_job(**first)
    try:
        with pytest.raises(ClientError) as caught:
            sagemaker.create_training_job(**second)
        other_type = aws.job(role)
        other_type["ResourceConfig"]["InstanceType"] = "ml.c5.xlarge"
        assert aws.train(other_type)["TrainingJobStatus"] == "Completed"
    finally:
        sagemaker.stop_training_job(TrainingJobName=first["TrainingJobName"])
        aws.wait_until_ended(first)
    error = caught.value.response["Error"]
    assert error["Code"] == "ResourceLimitExceeded"
    assert error["Message"].startswith(
        f"The account-level service limit '{TRAINING}' is 1 Instances, with current utilization of 1 "
        "Instances and a request delta of 1 Instances."
    )
    assert aws.train(second)["TrainingJobStatus"] == "Completed"


def test_an_endpoint_over_its_quota_is_refused(aws: Any, role: str, limit: Any) -> None:
    limit(ENDPOINT, 0)
    config = aws.config(aws.model(role, "v"))
    with pytest.raises(ClientError, match=rf"'{ENDPOINT}' is 0 Instances"):
        aws.client("sagemaker").create_endpoint(EndpointName=aws.name("Endpoint"), EndpointConfigName=config)


def test_an_update_needs_quota_for_its_old_and_new_instances(aws: Any, role: str, limit: Any) -> None:
    model = aws.model(role, "v")
    name = aws.endpoint(aws.config(model, InstanceType="ml.c5.xlarge"))
    limit("ml.c5.xlarge for endpoint usage", 1)
    with pytest.raises(ClientError, match="current utilization of 1 Instances and a request delta of 1"):
        aws.client("sagemaker").update_endpoint(
            EndpointName=name, EndpointConfigName=aws.config(model, InstanceType="ml.c5.xlarge")
        )
    assert aws.wait_until_settled(name)["EndpointStatus"] == "InService"
    aws.client("sagemaker").delete_endpoint(EndpointName=name)


@pytest.mark.parametrize("call", ["list_service_quotas", "get_service_quota"])
def test_reading_quotas_needs_its_permission(aws: Any, call: str) -> None:
    arguments = {} if call.startswith("list") else {"QuotaCode": describe_quota(aws, TRAINING)["QuotaCode"]}
    action = "".join(word.capitalize() for word in call.split("_"))
    granted = aws.user_client("service-quotas", [{"Action": f"servicequotas:{action}", "Resource": "*"}])
    assert getattr(granted, call)(ServiceCode="sagemaker", **arguments)
    with pytest.raises(ClientError, match=f"not authorized to perform: servicequotas:{action}"):
        getattr(aws.user_client("service-quotas", [{"Action": "s3:ListBucket", "Resource": "*"}]), call)(
            ServiceCode="sagemaker", **arguments
        )


def test_a_policy_can_allow_the_increase_of_a_single_quota(aws: Any, limit: Any) -> None:
    described = describe_quota(aws, ENDPOINT)
    action = "servicequotas:RequestServiceQuotaIncrease"
    client = aws.user_client("service-quotas", [{"Action": action, "Resource": described["QuotaArn"]}])
    limit(ENDPOINT, described["Value"])
    increase = {"ServiceCode": "sagemaker", "DesiredValue": 3.0}
    client.request_service_quota_increase(QuotaCode=described["QuotaCode"], **increase)
    with pytest.raises(ClientError, match=f"not authorized to perform: {action}"):
        client.request_service_quota_increase(
            QuotaCode=describe_quota(aws, TRAINING)["QuotaCode"], **increase
        )
