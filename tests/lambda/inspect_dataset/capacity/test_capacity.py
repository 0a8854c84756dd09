from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

Load = Callable[..., Any]
FOR_TRAINING = "ml.c4.2xlarge for training job usage"
FOR_ENDPOINT = "ml.c4.xlarge for endpoint usage"


def test_instance_types_are_those_that_sagemakers_api_lists(refusal: Any, run: Callable[..., Any]) -> None:
    found = refusal(
        run, {}, training={"instance_type": "ml.c9.2xlarge"}, endpoint={"instance_type": "ml.c4.x"}
    )
    assert "The setting training_instance_type is 'ml.c9.2xlarge'" in found
    assert "TrainingInstanceType lists (botocore 1." in found
    assert "Like it are ml.c" in found
    assert "The setting endpoint_instance_type is 'ml.c4.x'" in found


def test_the_endpoints_instances_play_no_part_in_a_run_that_promotes_nothing(
    run: Callable[..., Any], quotas: Any
) -> None:
    quotas.values[FOR_ENDPOINT] = 0
    told = run({"promote": False}, endpoint={"instance_type": "ml.c4.x"})
    assert told["report"]["notes"] == []


def test_a_quota_below_a_single_job_is_a_problem_that_says_what_to_ask_for(
    refusal: Any, run: Callable[..., Any], quotas: Any
) -> None:
    quotas.values[FOR_TRAINING] = 1
    found = refusal(run, {}, training={"instance_count": 2, "algorithm": "open"})
    assert found == (
        f"The account's quota '{FOR_TRAINING}' is 1, and a training job takes 2. Ask for 2: in the console "
        "under Service Quotas, AWS services, Amazon SageMaker, or with aws service-quotas "
        "request-service-quota-increase --service-code sagemaker --quota-code L-1 --desired-value 2"
    )


def test_a_quota_for_fewer_jobs_at_once_slows_a_sweep_down_and_no_more(
    run: Callable[..., Any], quotas: Any
) -> None:
    quotas.values[FOR_TRAINING] = 5
    told = run({"num_topics": [1, 2, 3, 4]}, training={"instance_count": 2, "jobs_at_once": 4})["report"]
    assert told["training"]["jobs_at_once"] == 2
    assert f"quota '{FOR_TRAINING}' is 5: 2 training jobs run at once instead of 4" in told["notes"][0]


def test_a_quota_for_a_single_job_makes_the_others_wait(run: Callable[..., Any], quotas: Any) -> None:
    quotas.values[FOR_TRAINING] = 1
    (told,) = run({"num_topics": [1, 2]})["report"]["notes"]
    assert "is 1: 1 training job runs at once instead of 2, and the others wait" in told


def test_replacing_an_endpoint_takes_twice_its_instances(
    refusal: Any, run: Callable[..., Any], quotas: Any
) -> None:
    quotas.values[FOR_ENDPOINT] = 5
    found = refusal(run, {}, endpoint={"instance_count": 3})
    assert "is 5, and replacing the endpoint's 3 by as many new ones takes 6" in found
    quotas.values[FOR_ENDPOINT] = 6
    assert run({}, endpoint={"instance_count": 3})["report"]["notes"] == []


def test_the_first_promotion_replaces_nothing_so_that_once_its_instances_are_enough(
    run: Callable[..., Any], quotas: Any, sagemaker: Any
) -> None:
    sagemaker.serves = False
    quotas.values[FOR_ENDPOINT] = 3
    (told,) = run({}, endpoint={"instance_count": 3})["report"]["notes"]
    assert told.startswith(
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


def test_an_endpoint_that_may_not_be_looked_at_is_not_taken_for_none(
    run: Callable[..., Any], sagemaker: Any
) -> None:
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
    (told,) = run({})["report"]["notes"]
    assert f"The quotas '{FOR_TRAINING}' and '{FOR_ENDPOINT}' weren't checked: {str(refused)[:20]}" in told


def test_a_quota_that_is_not_listed_is_a_note(run: Callable[..., Any], quotas: Any) -> None:
    del quotas.values[FOR_ENDPOINT]
    (told,) = run({})["report"]["notes"]
    assert f"The quota '{FOR_ENDPOINT}' wasn't checked: Service Quotas lists no such for" in told


def test_quotas_are_read_for_a_bounded_time(load: Load, quotas: Any) -> None:
    times = iter([0.0, 1.0, 21.0])
    read = load("inspect_dataset.capacity.quotas").read(quotas, ["x"], clock=lambda: next(times))
    assert read.notes(["x"]) == [
        "The quota 'x' wasn't checked: listing SageMaker's quotas took longer than 20 seconds."
    ]
