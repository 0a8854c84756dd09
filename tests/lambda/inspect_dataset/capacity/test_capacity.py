from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from inspect_dataset.capacity.quotas import read_quotas

FOR_TRAINING = "ml.c4.2xlarge for training job usage"
FOR_ENDPOINT = "ml.c4.xlarge for endpoint usage"


def test_instance_types_are_those_that_sagemakers_api_lists(refusal: Any, run: Callable[..., Any]) -> None:
    found = refusal(
        run, {}, training={"instance_type": "ml.c9.2xlarge"}, endpoint={"instance_type": "ml.c4.x"}
    )
    assert "The setting training_instance_type is 'ml.c9.2xlarge'" in found
    assert "TrainingInstanceType lists (botocore 1." in found
    assert "Similar types are ml.c" in found
    assert "The setting endpoint_instance_type is 'ml.c4.x'" in found


def test_the_endpoints_instances_arent_checked_for_a_run_that_promotes_nothing(
    run: Callable[..., Any], quotas: Any
) -> None:
    quotas.values[FOR_ENDPOINT] = 0
    result = run({"promote": False}, endpoint={"instance_type": "ml.c4.x"})
    assert result["report"]["notes"] == []


def test_a_quota_below_a_single_job_is_a_problem_with_the_quota_to_request(
    refusal: Any, run: Callable[..., Any], quotas: Any
) -> None:
    quotas.values[FOR_TRAINING] = 1
    found = refusal(run, {}, training={"instance_count": 2, "algorithm": "open"})
    assert found == (
        f"The account's quota '{FOR_TRAINING}' is 1, and a training job takes 2. Ask for 2: in the console "
        "under Service Quotas, AWS services, Amazon SageMaker, or with aws service-quotas "
        "request-service-quota-increase --service-code sagemaker --quota-code L-1 --desired-value 2"
    )


def test_a_quota_for_fewer_concurrent_jobs_lowers_the_concurrency_of_a_sweep(
    run: Callable[..., Any], quotas: Any
) -> None:
    quotas.values[FOR_TRAINING] = 5
    report = run({"num_topics": [1, 2, 3, 4]}, training={"instance_count": 2, "jobs_at_once": 4})["report"]
    assert report["training"]["max_concurrency"] == 2
    assert f"quota '{FOR_TRAINING}' is 5: 2 training jobs run at a time instead of 4" in report["notes"][0]


def test_a_quota_for_a_single_job_makes_the_others_wait(run: Callable[..., Any], quotas: Any) -> None:
    quotas.values[FOR_TRAINING] = 1
    (note,) = run({"num_topics": [1, 2]})["report"]["notes"]
    assert "is 1: 1 training job runs at a time instead of 2, and the others wait" in note


def test_replacing_an_endpoint_takes_twice_its_instances(
    refusal: Any, run: Callable[..., Any], quotas: Any
) -> None:
    quotas.values[FOR_ENDPOINT] = 5
    found = refusal(run, {}, endpoint={"instance_count": 3})
    assert "is 5, and replacing the endpoint's 3 by as many new ones takes 6" in found
    quotas.values[FOR_ENDPOINT] = 6
    assert run({}, endpoint={"instance_count": 3})["report"]["notes"] == []


def test_a_quota_for_the_first_endpoint_without_its_replacement_is_a_note(
    run: Callable[..., Any], quotas: Any, sagemaker: Any
) -> None:
    sagemaker.serves = False
    quotas.values[FOR_ENDPOINT] = 3
    (note,) = run({}, endpoint={"instance_count": 3})["report"]["notes"]
    assert note.startswith(
        f"The account's quota '{FOR_ENDPOINT}' is 3, and an endpoint takes 3, or 6 while its model is "
        "replaced. Ask for 6: "
    )
    quotas.values[FOR_ENDPOINT] = 6
    assert run({}, endpoint={"instance_count": 3})["report"]["notes"] == []


def test_a_quota_below_the_first_endpoint_is_a_problem(
    refusal: Any, run: Callable[..., Any], quotas: Any, sagemaker: Any
) -> None:
    sagemaker.serves = False
    quotas.values[FOR_ENDPOINT] = 2
    assert "is 2, and an endpoint takes 3, or 6" in refusal(run, {}, endpoint={"instance_count": 3})


def test_an_endpoint_that_cant_be_described_is_an_error(run: Callable[..., Any], sagemaker: Any) -> None:
    sagemaker.serves, sagemaker.refusal = False, ("AccessDeniedException", "not you")
    with pytest.raises(ClientError, match="not you"):
        run({})


@pytest.mark.parametrize(
    "refused",
    [
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not you"}}, "ListServiceQuotas"),
        EndpointConnectionError(endpoint_url="https://servicequotas"),
        ResponseParserError("no JSON"),
    ],
)
def test_quotas_that_cannot_be_read_are_a_note(
    run: Callable[..., Any], quotas: Any, refused: Exception
) -> None:
    quotas.refusal = refused
    (note,) = run({})["report"]["notes"]
    assert f"The quotas '{FOR_TRAINING}' and '{FOR_ENDPOINT}' weren't checked: {str(refused)[:20]}" in note


def test_a_quota_that_is_not_listed_is_a_note(run: Callable[..., Any], quotas: Any) -> None:
    del quotas.values[FOR_ENDPOINT]
    (note,) = run({})["report"]["notes"]
    assert f"The quota '{FOR_ENDPOINT}' wasn't checked: Service Quotas lists no such quota for" in note


def test_quotas_are_read_for_a_bounded_time(quotas: Any) -> None:
    times = iter([0.0, 1.0, 21.0])
    found = read_quotas(quotas, ["x"], clock=lambda: next(times))
    assert found.notes(["x"]) == [
        "The quota 'x' wasn't checked: listing SageMaker's quotas took longer than 20 seconds."
    ]
