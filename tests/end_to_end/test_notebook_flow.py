"""From documents to topics: what the notebook did, through the console's and the CLI's own calls."""

import io
import json
from typing import Any

import numpy as np
import pytest

import spectral_lda
from data_prep.matching import match_topics
from tests.end_to_end.machine import Outcome, Project, until

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def serving_before(project: Project) -> list[str]:
    return resource_types(project)


@pytest.fixture(scope="module")
def first(project: Project, serving_before: list[str]) -> Outcome:
    assert serving_before
    return project.run()


@pytest.fixture(scope="module")
def mixtures_before(project: Project, first: Outcome, griffiths: tuple[Any, ...]) -> np.ndarray[Any, Any]:
    first.succeeded()
    return project.predict(griffiths[2][:10])


@pytest.fixture(scope="module")
def second(project: Project, mixtures_before: np.ndarray[Any, Any]) -> Outcome:
    assert len(mixtures_before) == 10
    return project.run(alpha0=0.5)


def resource_types(project: Project) -> list[str]:
    cloudformation = project.machine.client("cloudformation")
    listed = cloudformation.list_stack_resources(StackName="DevServing")["StackResourceSummaries"]
    return sorted(r["ResourceType"] for r in listed if r["ResourceStatus"] != "DELETE_COMPLETE")


def test_the_first_deployment_holds_no_model_and_no_endpoint(serving_before: list[str]) -> None:
    assert not [kind for kind in serving_before if kind.startswith("AWS::SageMaker")]


def test_an_execution_without_input_trains_promotes_and_serves(project: Project, first: Outcome) -> None:
    first.succeeded()
    assert first.output["promoted"] is True
    assert first.output["endpoint"] == "lda-dev"
    assert first.output["model_data_url"].endswith(
        f"/models/{first.output['training_job']}/output/model.tar.gz"
    )
    assert project.output("Serving", "EndpointName") == "lda-dev"


def test_the_job_reports_the_metric_and_writes_its_log(project: Project, first: Outcome) -> None:
    job = first.output["training_job"]
    described = project.machine.client("sagemaker").describe_training_job(TrainingJobName=job)
    metrics = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
    assert -3.5 < metrics["test:pwll"] < -2
    assert first.output["metrics"]["test:pwll"] == pytest.approx(metrics["test:pwll"])
    log = log_lines(project, "/aws/sagemaker/TrainingJobs", f"{job}/")
    assert any("test pwll <score>=" in line for line in log)


def log_lines(project: Project, group: str, prefix: str) -> list[str]:
    logs = project.machine.client("logs")
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)["logStreams"]
    return [
        event["message"]
        for stream in streams
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    ]


def test_the_model_in_the_bucket_holds_the_known_topics(
    project: Project, first: Outcome, griffiths: tuple[Any, ...], folder: Any
) -> None:
    bucket, _, key = first.output["model_data_url"].removeprefix("s3://").partition("/")
    archive = folder / "model.tar.gz"
    project.machine.client("s3").download_file(bucket, key, str(archive))
    learned = spectral_lda.load(archive).beta
    known = griffiths[1]
    errors = np.abs(known - learned[match_topics(known, learned)]).sum(1)
    assert errors.mean() <= 0.03
    assert errors.max() <= 0.1


def test_the_endpoint_answers_documents_with_topic_mixtures(
    mixtures_before: np.ndarray[Any, Any], griffiths: tuple[Any, ...]
) -> None:
    assert mixtures_before.shape == (10, 10)
    np.testing.assert_allclose(mixtures_before.sum(1), 1, atol=1e-4)
    known = griffiths[3][:10]
    costs = np.abs(known.T[:, None, :] - mixtures_before.T[None, :, :]).sum(2)
    assert np.abs(known - mixtures_before[:, np.argmin(costs, axis=1)]).sum(1).mean() < 0.3


def test_the_evaluation_is_kept_beside_the_model(project: Project, first: Outcome) -> None:
    bucket = project.output("Storage", "DataBucketName")
    key = f"evaluations/{first.output['training_job']}/evaluation.json"
    body = project.machine.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    evaluation = json.loads(body)
    assert {
        "training_job",
        "dataset",
        "test_split",
        "hyperparameters",
        "pwll",
        "incumbent",
        "decision",
    } <= set(evaluation)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/csv", ",".join(["1"] * 25)),
        ("application/json", json.dumps({"instances": [{"features": [1] * 25}]})),
        ("application/json", json.dumps({"instances": [{"data": {"features": {"values": [1] * 25}}}]})),
        (
            "application/json",
            json.dumps({"instances": [{"data": {"features": {"keys": [3], "shape": [25], "values": [2]}}}]}),
        ),
        ("application/jsonlines", json.dumps({"features": [1] * 25})),
    ],
)
def test_the_endpoint_reads_every_text_form(
    project: Project, second: Outcome, content_type: str, body: str
) -> None:
    second.succeeded()
    runtime = project.machine.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(
        EndpointName="lda-dev", ContentType=content_type, Accept="application/json", Body=body
    )
    [row] = json.loads(answer["Body"].read())["predictions"]
    assert sum(row["topic_mixture"]) == pytest.approx(1, abs=1e-4)


def test_a_malformed_request_is_told_what_is_wrong_and_the_server_lives_on(
    project: Project, second: Outcome
) -> None:
    second.succeeded()
    runtime = project.machine.client("sagemaker-runtime")
    with pytest.raises(runtime.exceptions.ModelError) as refused:
        runtime.invoke_endpoint(
            EndpointName="lda-dev", ContentType="text/csv", Body=",".join(["1"] * 24 + ["spam"])
        )
    assert refused.value.response["OriginalStatusCode"] == 400
    assert "spam" in refused.value.response["OriginalMessage"]
    answer = runtime.invoke_endpoint(
        EndpointName="lda-dev", ContentType="text/csv", Body=",".join(["1"] * 25)
    )
    assert b"topic_mixture" in answer["Body"].read()


def test_retraining_updates_the_endpoint_in_place_and_leaves_no_old_model(
    project: Project,
    first: Outcome,
    second: Outcome,
    griffiths: tuple[Any, ...],
    mixtures_before: np.ndarray[Any, Any],
) -> None:
    second.succeeded()
    assert second.output["promoted"] is True
    assert second.output["endpoint"] == first.output["endpoint"]
    assert project.model_data_url() == second.output["model_data_url"] != first.output["model_data_url"]
    assert not np.array_equal(project.predict(griffiths[2][:10]), mixtures_before)
    sagemaker = project.machine.client("sagemaker")
    assert len(sagemaker.list_endpoints()["Endpoints"]) == 1
    [config] = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    [model] = sagemaker.list_models()["Models"]
    described = sagemaker.describe_model(ModelName=model["ModelName"])
    assert described["PrimaryContainer"]["ModelDataUrl"] == second.output["model_data_url"]
    endpoint = sagemaker.describe_endpoint(EndpointName="lda-dev")
    assert endpoint["EndpointConfigName"] == config["EndpointConfigName"]


def test_deploying_after_a_retraining_changes_nothing(project: Project, second: Outcome) -> None:
    second.succeeded()
    deployed = project.machine.cdk("deploy", "--all", "--require-approval", "never")
    assert deployed.returncode == 0, deployed.stderr
    assert (deployed.stdout + deployed.stderr).count("(no changes)") == 3
    difference = project.machine.cdk("diff", "--fail")
    assert difference.returncode == 0, difference.stdout + difference.stderr
    assert project.model_data_url() == second.output["model_data_url"]


def test_log_lines_appear_while_the_job_runs(project: Project, second: Outcome) -> None:
    second.succeeded()
    execution = project.start_endless()
    (job,) = until(project.running_jobs)
    until(lambda: log_lines(project, "/aws/sagemaker/TrainingJobs", f"{job}/"))
    assert project.running_jobs() == {job}
    project.machine.client("stepfunctions").stop_execution(executionArn=execution)
    until(lambda: not project.running_jobs())


def test_a_model_below_the_minimum_is_evaluated_but_not_promoted(project: Project, second: Outcome) -> None:
    kept = project.run(minimum_pwll=-0.1)
    kept.succeeded()
    assert kept.output["promoted"] is False
    assert "-0.1" in kept.output["reason"]
    assert project.model_data_url() == second.output["model_data_url"]


def test_a_run_that_requires_promotion_fails_without_it(project: Project, second: Outcome) -> None:
    refused = project.run(minimum_pwll=-0.1, require_promotion=True)
    assert refused.status == "FAILED"
    assert refused.error == "NotPromoted"
    assert "-0.1" in refused.cause
    assert project.model_data_url() == second.output["model_data_url"]


def test_a_sparse_corpus_of_a_large_vocabulary_goes_the_same_way(project: Project, second: Outcome) -> None:
    from scipy import sparse

    rng = np.random.default_rng(0)
    beta = rng.dirichlet(np.full(12_419, 0.01), 10)
    words = np.stack([rng.multinomial(300, rng.dirichlet(np.full(10, 0.1)) @ beta) for _ in range(350)])
    counts = sparse.csr_array(words.astype(np.float32))
    project.upload("sparse", counts[:280], counts[280:])
    outcome = project.run(dataset="sparse", num_topics=10)
    outcome.succeeded()
    body = io.BytesIO()
    from data_prep import recordio

    recordio.write(body, counts[280:290], layout="sparse")
    answer = project.machine.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="lda-dev",
        ContentType="application/x-recordio-protobuf",
        Accept="application/json",
        Body=body.getvalue(),
    )
    rows = [row["topic_mixture"] for row in json.loads(answer["Body"].read())["predictions"]]
    assert np.array(rows).shape == (10, 10)
    second.succeeded()
