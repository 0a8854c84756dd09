import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from common.resource_names import transform_name

LoadHandler = Callable[..., Any]
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:M:run"
EVENT = {
    "source": "aws.states",
    "detail": {"executionArn": EXECUTION, "status": "ABORTED", "name": "run"},
}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the function has slept."""
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


@pytest.fixture
def handler(load_handler: LoadHandler, pauses: list[float]) -> Any:
    assert pauses == []
    return load_handler("delete_model", JOB_PREFIX="lda-dev", ATTEMPTS="3")


@pytest.fixture
def name() -> str:
    return transform_name("lda-dev", EXECUTION)


def refuse(stub: Any, operation: str, message: str, code: str = "ValidationException") -> None:
    stub.add_client_error(operation, code, message, http_status_code=400)


def find_nothing(stub: Any) -> None:
    for _ in range(3):
        refuse(stub, "stop_transform_job", "Could not find transform job")
    refuse(stub, "delete_model", 'Could not find model "arn"')


def test_a_running_job_is_stopped_and_the_model_is_deleted(handler: Any, name: str, stubbed: Any) -> None:
    with stubbed(handler, "_SAGEMAKER", "sagemaker") as stub:
        stub.add_response("stop_transform_job", {}, {"TransformJobName": f"{name}-0"})
        refuse(stub, "stop_transform_job", "Could not find transform job")
        refuse(stub, "stop_transform_job", "Could not find transform job")
        stub.add_response("delete_model", {}, {"ModelName": name})
        refuse(stub, "stop_transform_job", "The job is in status Stopping.")
        refuse(stub, "stop_transform_job", "Could not find transform job")
        refuse(stub, "stop_transform_job", "Could not find transform job")
        refuse(stub, "delete_model", 'Could not find model "arn"')
        assert handler.handler(EVENT, None) == {"stopped": [f"{name}-0"], "deleted": [name]}
        stub.assert_no_pending_responses()


def test_the_second_pass_deletes_what_a_call_in_progress_created(
    handler: Any, name: str, stubbed: Any, pauses: list[float]
) -> None:
    with stubbed(handler, "_SAGEMAKER", "sagemaker") as stub:
        find_nothing(stub)
        stub.add_response("stop_transform_job", {}, {"TransformJobName": f"{name}-0"})
        refuse(stub, "stop_transform_job", "Could not find transform job")
        refuse(stub, "stop_transform_job", "Could not find transform job")
        stub.add_response("delete_model", {}, {"ModelName": name})
        assert handler.handler(EVENT, None) == {"stopped": [f"{name}-0"], "deleted": [name]}
        stub.assert_no_pending_responses()
    assert pauses == [30]


def test_a_second_invocation_has_nothing_to_do(handler: Any, stubbed: Any) -> None:
    with stubbed(handler, "_SAGEMAKER", "sagemaker") as stub:
        find_nothing(stub)
        find_nothing(stub)
        assert handler.handler(EVENT, None) == {"stopped": [], "deleted": []}


def test_a_refusal_is_an_error_so_that_the_event_is_delivered_again(handler: Any, stubbed: Any) -> None:
    with stubbed(handler, "_SAGEMAKER", "sagemaker") as stub:
        refuse(stub, "stop_transform_job", "is not authorized", "AccessDeniedException")
        with pytest.raises(Exception, match="is not authorized"):
            handler.handler(EVENT, None)


def test_the_name_follows_from_the_execution_alone(name: str) -> None:
    digest = hashlib.sha256(EXECUTION.encode()).hexdigest()[:8]
    assert name == f"lda-dev-transform-{digest}"
