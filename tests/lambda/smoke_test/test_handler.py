import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

LoadHandler = Callable[..., Any]
Stubbed = Callable[[Any, str, str], Stubber]
URL = "s3://data-bucket/models/lda-dev-run-0123abcd-0/output/model.tar.gz"
TIME = "2026-01-01T00:00:00Z"
DOCUMENT = {"keys": [1, 3], "values": [2.0, 1.0], "shape": [5]}
ARN = "arn:aws:sagemaker:us-east-1:123456789012:x/abcdefghij"


@pytest.fixture
def handler(load_handler: LoadHandler) -> Any:
    return load_handler("smoke_test", ENDPOINT_NAME="lda-dev")


@pytest.fixture
def sagemaker(handler: Any, stubbed: Stubbed) -> Stubber:
    return stubbed(handler, "_SAGEMAKER", "sagemaker")


@pytest.fixture
def runtime(handler: Any, stubbed: Stubbed) -> Stubber:
    return stubbed(handler, "_RUNTIME", "sagemaker-runtime")


def described(stubber: Stubber, **endpoint: Any) -> None:
    stubber.add_response(
        "describe_endpoint",
        {
            "EndpointName": "lda-dev",
            "EndpointArn": ARN,
            "EndpointConfigName": "config-1",
            "EndpointStatus": "InService",
            "CreationTime": TIME,
            "LastModifiedTime": TIME,
            **endpoint,
        },
        {"EndpointName": "lda-dev"},
    )


def in_service(stubber: Stubber, url: str = URL, **endpoint: Any) -> None:
    described(stubber, **endpoint)
    variants = [{"VariantName": "AllTraffic", "ModelName": "model-1"}]
    config = {"EndpointConfigName": "config-1", "EndpointConfigArn": ARN, "CreationTime": TIME}
    stubber.add_response(
        "describe_endpoint_config",
        {**config, "ProductionVariants": variants},
        {"EndpointConfigName": "config-1"},
    )
    model = {"ModelName": "model-1", "CreationTime": TIME, "ModelArn": ARN}
    container = {"Image": "image", "ModelDataUrl": url}
    stubber.add_response("describe_model", {**model, "PrimaryContainer": container}, {"ModelName": "model-1"})


def answers(stubber: Stubber, content: str) -> None:
    body = json.dumps({"instances": [{"data": {"features": DOCUMENT}}]})
    expected = {
        "EndpointName": "lda-dev",
        "ContentType": "application/json",
        "Accept": "application/json",
        "Body": body,
    }
    stream = StreamingBody(io.BytesIO(content.encode()), len(content.encode()))
    stubber.add_response("invoke_endpoint", {"Body": stream}, expected)


def run(handler: Any) -> Any:
    return handler.handler({"document": DOCUMENT, "num_topics": 3, "model_data_url": URL}, None)


@pytest.mark.parametrize("mixture", [[0.2, 0.3, 0.5], [1, 0, 0], [0.33334, 0.33333, 0.33333]])
def test_a_mixture_over_all_topics_passes(
    handler: Any, sagemaker: Stubber, runtime: Stubber, mixture: list[float]
) -> None:
    in_service(sagemaker)
    answers(runtime, json.dumps({"predictions": [{"topic_mixture": mixture}]}))
    assert run(handler) == {"endpoint": "lda-dev", "topic_mixture": mixture}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"predictions": [{"topic_mixture": [0.5, 0.5]}]}', "has 2 numbers instead of 3"),
        ('{"predictions": [{"topic_mixture": [0.5, 0.5, 0.1]}]}', "sums to 1.1 instead of 1"),
        ('{"predictions": [{"topic_mixture": [NaN, 0.5, 0.5]}]}', "values that aren't finite numbers"),
        ('{"predictions": [{"topic_mixture": [-0.5, 1, 0.5]}]}', "values that aren't finite numbers"),
        ('{"predictions": [{"topic_mixture": ["a", 0.5, 0.5]}]}', "values that aren't finite numbers"),
        ('{"predictions": [{}, {}]}', "didn't return one topic_mixture for one document"),
        ('{"predictions": [{}]}', "didn't return one topic_mixture for one document"),
        ("[]", "didn't return one topic_mixture for one document"),
        ("<html>" + "x" * 10_000, "didn't return one topic_mixture for one document"),
    ],
)
def test_any_other_answer_fails_and_is_shown(
    handler: Any, sagemaker: Stubber, runtime: Stubber, content: str, sentence: str
) -> None:
    in_service(sagemaker)
    answers(runtime, content)
    with pytest.raises(ValueError, match=sentence) as raised:
        run(handler)
    assert type(raised.value).__name__ == "SmokeTestError"
    assert content[:20] in str(raised.value)
    assert len(str(raised.value)) < 500


def test_an_endpoint_that_runs_another_model_fails(handler: Any, sagemaker: Stubber) -> None:
    in_service(sagemaker, "s3://data-bucket/models/old/output/model.tar.gz")
    with pytest.raises(ValueError, match=rf"runs s3://data-bucket/models/old.* instead of {URL}.*rolled"):
        run(handler)


def test_an_endpoint_that_was_rolled_back_to_a_config_that_is_gone_fails_with_the_likely_reason(
    handler: Any, sagemaker: Stubber
) -> None:
    described(sagemaker)
    sagemaker.add_client_error("describe_endpoint_config", "ValidationException", "Could not find it")
    with pytest.raises(
        ValueError, match=r"configuration that was deleted .*Could not find it.* rolled it back"
    ):
        run(handler)


def test_an_endpoint_that_isnt_in_service_fails_with_sagemakers_reason(
    handler: Any, sagemaker: Stubber
) -> None:
    in_service(sagemaker, EndpointStatus="Failed", FailureReason="The image can't be pulled")
    with pytest.raises(ValueError, match="lda-dev is Failed, not InService: The image can't be pulled"):
        run(handler)


def test_an_endpoint_that_refuses_the_document_fails_with_its_message(
    handler: Any, sagemaker: Stubber, runtime: Stubber
) -> None:
    in_service(sagemaker)
    runtime.add_client_error("invoke_endpoint", "ModelError", "unable to evaluate payload", 424)
    with pytest.raises(ValueError, match=r"refused a test document: .*unable to evaluate payload"):
        run(handler)


def test_a_missing_permission_is_not_a_failed_smoke_test(handler: Any, sagemaker: Stubber) -> None:
    described(sagemaker)
    sagemaker.add_client_error("describe_endpoint_config", "AccessDeniedException", "not authorized")
    with pytest.raises(ClientError, match="not authorized"):
        run(handler)
