import io
import json
import math
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.stub import Stubber

from spectral_lda import artifact as original

Load = Callable[..., Any]
BUCKET = "data-bucket"
JOB = "lda-dev-run-0123abcd-0"
URL = f"s3://{BUCKET}/models/{JOB}/output/model.tar.gz"
OTHER = "lda-dev-old-89abcdef-0"
OTHER_URL = f"s3://{BUCKET}/models/{OTHER}/output/model.tar.gz"
GIVEN = {
    "dataset": "griffiths",
    "hyperparameters": {"num_topics": "2"},
    "test_split": "split",
    "minimum_pwll": None,
}


@pytest.fixture
def decision(load: Load) -> Any:
    return load("evaluate_model", "decision")


def decide(decision: Any, pwll: float, incumbent: Any, minimum: float | None = None, url: str = URL) -> Any:
    candidate = decision.Candidate(JOB, url, "split", pwll)
    return decision.decide(candidate, incumbent, decision.Bar(minimum, 0.05))


def evaluated(decision: Any, url: str = OTHER_URL, **evaluation: Any) -> Any:
    return decision.Incumbent(url, {"pwll": -3.0, "test_split": "split", **evaluation})


def test_the_first_model_is_promoted(decision: Any) -> None:
    found = decide(decision, -3.0, None)
    assert found.promote
    assert found.reasons == ("No model serves yet.",)


@pytest.mark.parametrize(("pwll", "promote"), [(-2.9, True), (-3.05, True), (-3.0500001, False), (-4, False)])
def test_a_model_may_be_worse_than_the_serving_one_by_the_tolerance(
    decision: Any, pwll: float, *, promote: bool
) -> None:
    found = decide(decision, pwll, evaluated(decision))
    assert found.promote is promote
    (reason,) = found.reasons
    assert f"against -3 of the serving model {OTHER}, on the same test documents" in reason
    assert ("within" if promote else "worse by more than") in reason


def test_a_model_below_its_own_bound_is_kept_back_even_when_nothing_serves(decision: Any) -> None:
    found = decide(decision, -3.0, None, minimum=-2.5)
    assert not found.promote
    assert found.reasons == ("test:pwll -3 is below minimum_pwll -2.5.",)
    assert decide(decision, -2.5, None, minimum=-2.5).promote


@pytest.mark.parametrize(
    ("incumbent", "reason"),
    [
        (lambda d: d.Incumbent(OTHER_URL), "has no readable evaluation at evaluations/" + OTHER),
        (lambda d: evaluated(d, test_split="other"), "was evaluated on other test documents"),
        (lambda d: evaluated(d, pwll=None), "an evaluation without a finite pwll"),
        (lambda d: evaluated(d, pwll=float("-inf")), "an evaluation without a finite pwll"),
        (
            lambda d: evaluated(d, f"s3://{BUCKET}/models/open/{OTHER}/output/model.tar.gz", pwll=9.0),
            "was trained by the other algorithm",
        ),
        (lambda d: d.Incumbent("s3://elsewhere/model.tar.gz"), "wasn't trained here"),
    ],
)
def test_a_model_that_cant_be_compared_is_promoted_and_the_reason_is_named(
    decision: Any, incumbent: Callable[[Any], Any], reason: str
) -> None:
    found = decide(decision, -30.0, incumbent(decision))
    assert found.promote
    assert reason in found.reasons[0]


def test_two_models_of_the_open_algorithm_are_comparable(decision: Any) -> None:
    ours, other = URL.replace("models/", "models/open/"), OTHER_URL.replace("models/", "models/open/")
    assert not decide(decision, -30.0, evaluated(decision, other), url=ours).promote


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        ({}, "reported no test:pwll, only nothing"),
        ({"train:x": 1.0}, "reported no test:pwll, only train:x"),
        ({"test:pwll": math.nan}, "reported test:pwll = nan"),
        ({"test:pwll": -math.inf}, "reported test:pwll = -inf"),
    ],
)
def test_a_job_without_a_finite_score_is_no_model_to_judge(
    decision: Any, metrics: dict[str, float], sentence: str
) -> None:
    with pytest.raises(decision.EvaluationError, match=sentence):
        decision.pwll_of(JOB, metrics)


def test_diagnostics_of_known_topics(load: Load) -> None:
    diagnostics, artifact = load("evaluate_model", "diagnostics"), load("evaluate_model", "artifact")
    topics = [[1.0, 0, 0, 0], [0.25] * 4, [0.5, 0.5, 0, 0]]
    found = diagnostics.diagnose(artifact.Model([0.1, 0.2, 0.7], 4, iter(topics)))
    assert found["alpha"] == {"smallest": 0.1, "largest": 0.7, "sum": pytest.approx(1.0)}
    assert [topic["effective_words"] for topic in found["topics"]] == pytest.approx([1, 4, 2])
    assert found["largest_overlap"] == {"overlap": 0.5, "topics": [1, 2]}


def test_duplicate_topics_overlap_wholly_and_one_topic_has_no_other(load: Load) -> None:
    diagnostics = load("evaluate_model", "diagnostics")
    top = diagnostics.top_words([0.75, 0.25])
    assert diagnostics.largest_overlap([top, top]) == {"overlap": 1.0, "topics": [0, 1]}
    assert diagnostics.largest_overlap([top]) is None


@pytest.mark.parametrize(
    ("alpha", "topic"), [([math.nan], [1.0]), ([0.0], [1.0]), ([1.0], [0.5, 0.4]), ([1.0], [1.5, -0.5])]
)
def test_numbers_that_are_no_model_are_refused(load: Load, alpha: list[float], topic: list[float]) -> None:
    diagnostics, artifact = load("evaluate_model", "diagnostics"), load("evaluate_model", "artifact")
    with pytest.raises(artifact.ArtifactError):
        diagnostics.diagnose(artifact.Model(alpha, len(topic), iter([topic])))


@pytest.fixture
def handler(load: Load, fake_s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    found = load("evaluate_model", DATA_BUCKET=BUCKET, SERVING_STACK="DevServing", PWLL_TOLERANCE="0.05")
    monkeypatch.setattr(found, "_S3", fake_s3)
    original.write(tmp_path / "model.tar.gz", np.array([0.5, 0.5]), np.array([[0.5, 0.5], [1.0, 0.0]]))
    fake_s3.objects[f"models/{JOB}/output/model.tar.gz"] = (tmp_path / "model.tar.gz").read_bytes()
    return found


@pytest.fixture
def sagemaker(handler: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client("sagemaker", region_name="us-east-1")
    monkeypatch.setattr(handler, "_SAGEMAKER", client)
    with Stubber(client) as stubber:
        yield stubber


@pytest.fixture
def cloudformation(handler: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client("cloudformation", region_name="us-east-1")
    monkeypatch.setattr(handler, "_CLOUDFORMATION", client)
    with Stubber(client) as stubber:
        yield stubber


def trained(stubber: Stubber, pwll: float = -2.5) -> None:
    metric = {"MetricName": "test:pwll", "Value": pwll, "Timestamp": "2026-01-01T00:00:00Z"}
    stubber.add_response(
        "describe_training_job",
        {
            "TrainingJobName": JOB,
            "TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/x",
            "ModelArtifacts": {"S3ModelArtifacts": URL},
            "TrainingJobStatus": "Completed",
            "SecondaryStatus": "Completed",
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "ResourceConfig": {"VolumeSizeInGB": 1},
            "StoppingCondition": {},
            "CreationTime": "2026-01-01T00:00:00Z",
            "FinalMetricDataList": [metric],
        },
        {"TrainingJobName": JOB},
    )


def serving(stubber: Stubber, url: str) -> None:
    parameters = [
        {"ParameterKey": "BootstrapVersion", "ParameterValue": "/cdk-bootstrap/x/version"},
        {"ParameterKey": "ModelDataUrl", "ParameterValue": url},
    ]
    stack = {
        "StackName": "DevServing",
        "CreationTime": "2026-01-01T00:00:00Z",
        "StackStatus": "UPDATE_COMPLETE",
        "Parameters": parameters,
    }
    stubber.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "DevServing"})


def run(handler: Any, **given: Any) -> Any:
    return handler.handler({"input": {**GIVEN, **given}, "training_job": JOB}, None)


def test_the_first_models_evaluation_is_written_and_returned(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber, fake_s3: Any
) -> None:
    trained(sagemaker)
    serving(cloudformation, "")
    assert run(handler) == {
        "promote": True,
        "reason": "No model serves yet.",
        "metrics": {"test:pwll": -2.5},
        "incumbent": "",
    }
    written = json.loads(fake_s3.objects[f"evaluations/{JOB}/evaluation.json"])
    diagnostics = written.pop("diagnostics")
    assert diagnostics["num_topics"] == 2
    assert diagnostics["feature_dim"] == 2
    assert written == {
        "training_job": JOB,
        "dataset": "griffiths",
        "test_split": "split",
        "hyperparameters": {"num_topics": "2"},
        "pwll": -2.5,
        "incumbent": None,
        "decision": "promote",
        "reasons": ["No model serves yet."],
    }


def test_a_model_is_compared_with_the_evaluation_of_the_one_that_serves(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber, fake_s3: Any
) -> None:
    fake_s3.objects[f"evaluations/{OTHER}/evaluation.json"] = b'{"pwll": -2.0, "test_split": "split"}'
    trained(sagemaker)
    serving(cloudformation, OTHER_URL)
    found = run(handler)
    assert found["promote"] is False
    assert found["incumbent"] == OTHER_URL
    written = json.loads(fake_s3.objects[f"evaluations/{JOB}/evaluation.json"])
    assert written["decision"] == "keep"
    assert written["incumbent"] == {"training_job": OTHER, "model_data_url": OTHER_URL, "pwll": -2.0}


def test_a_missing_evaluation_of_the_one_that_serves_is_a_case_and_no_error(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber
) -> None:
    trained(sagemaker)
    serving(cloudformation, OTHER_URL)
    found = run(handler)
    assert found["promote"] is True
    assert f"{OTHER} has no readable evaluation" in found["reason"]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"pwll"'])
def test_a_broken_evaluation_of_the_one_that_serves_doesnt_block_every_later_model(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber, fake_s3: Any, content: bytes
) -> None:
    fake_s3.objects[f"evaluations/{OTHER}/evaluation.json"] = content
    trained(sagemaker)
    serving(cloudformation, OTHER_URL)
    assert "has no readable evaluation" in run(handler)["reason"]


def test_the_bound_of_the_execution_is_applied(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber
) -> None:
    trained(sagemaker)
    serving(cloudformation, "")
    assert run(handler, minimum_pwll=-2)["promote"] is False


def test_a_stack_that_isnt_deployed_is_a_sentence(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber
) -> None:
    trained(sagemaker)
    cloudformation.add_client_error(
        "describe_stacks", "ValidationError", "Stack with id DevServing does not exist"
    )
    with pytest.raises(ValueError, match="The stack DevServing isn't deployed"):
        run(handler)


def test_an_archive_that_holds_no_model_is_a_sentence(handler: Any, sagemaker: Stubber, fake_s3: Any) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz"):
        pass
    fake_s3.objects[f"models/{JOB}/output/model.tar.gz"] = file.getvalue()
    trained(sagemaker)
    with pytest.raises(
        ValueError, match=f"{URL} holds no usable model: the archive holds no file model_algo-1"
    ):
        run(handler)
