"""From documents to topics: the steps of the notebook, by API calls and the cdk CLI."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import spectral_lda
from data_prep import recordio
from data_prep.matching import match_topics
from tests.end_to_end.helpers.deployment import Deployment, Outcome
from tests.end_to_end.helpers.local_aws_server import run
from tests.end_to_end.helpers.polling import wait_until

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def initial_resource_types(deployment: Deployment) -> list[str]:
    return resource_types(deployment)


@pytest.fixture(scope="module")
def first_execution(deployment: Deployment, initial_resource_types: list[str]) -> Outcome:
    assert initial_resource_types
    return deployment.run()


@pytest.fixture(scope="module")
def first_mixtures(
    deployment: Deployment, first_execution: Outcome, griffiths: tuple[Any, ...]
) -> np.ndarray[Any, Any]:
    first_execution.require_success()
    return deployment.predict(griffiths[2][:10])


@pytest.fixture(scope="module")
def second_execution(deployment: Deployment, first_mixtures: np.ndarray[Any, Any]) -> Outcome:
    assert len(first_mixtures) == 10
    return deployment.run(alpha0=0.5)


def resource_types(deployment: Deployment) -> list[str]:
    cloudformation = deployment.local_aws.client("cloudformation")
    listed = cloudformation.list_stack_resources(StackName="DevServing")["StackResourceSummaries"]
    return sorted(r["ResourceType"] for r in listed if r["ResourceStatus"] != "DELETE_COMPLETE")


def test_the_first_deployment_has_no_model_and_no_endpoint(initial_resource_types: list[str]) -> None:
    assert not [kind for kind in initial_resource_types if kind.startswith("AWS::SageMaker")]


def test_an_execution_without_input_trains_promotes_and_serves(
    deployment: Deployment, first_execution: Outcome
) -> None:
    first_execution.require_success()
    assert first_execution.output["promoted"] is True
    assert first_execution.output["endpoint"] == "lda-dev"
    assert first_execution.output["model_data_url"].endswith(
        f"/models/{first_execution.output['training_job']}/output/model.tar.gz"
    )
    assert deployment.output("Serving", "EndpointName") == "lda-dev"


def test_the_training_job_reports_its_metric_and_writes_its_log(
    deployment: Deployment, first_execution: Outcome
) -> None:
    job = first_execution.output["training_job"]
    described = deployment.local_aws.client("sagemaker").describe_training_job(TrainingJobName=job)
    metrics = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
    assert -3.5 < metrics["test:pwll"] < -2
    assert first_execution.output["metrics"]["test:pwll"] == pytest.approx(metrics["test:pwll"])
    log = log_lines(deployment, "/aws/sagemaker/TrainingJobs", f"{job}/")
    assert any("test pwll <score>=" in line for line in log)


def log_lines(deployment: Deployment, group: str, prefix: str) -> list[str]:
    logs = deployment.local_aws.client("logs")
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)["logStreams"]
    return [
        event["message"]
        for stream in streams
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    ]


def test_the_model_artifact_contains_the_known_topics(
    deployment: Deployment, first_execution: Outcome, griffiths: tuple[Any, ...], tmp_path: Path
) -> None:
    bucket, _, key = first_execution.output["model_data_url"].removeprefix("s3://").partition("/")
    archive = tmp_path / "model.tar.gz"
    deployment.local_aws.client("s3").download_file(bucket, key, str(archive))
    learned = spectral_lda.load(archive).beta
    known = griffiths[1]
    errors = np.abs(known - learned[match_topics(known, learned)]).sum(1)
    assert errors.mean() <= 0.03
    assert errors.max() <= 0.1


def test_the_endpoint_predicts_topic_mixtures(
    first_mixtures: np.ndarray[Any, Any], griffiths: tuple[Any, ...]
) -> None:
    assert first_mixtures.shape == (10, 10)
    np.testing.assert_allclose(first_mixtures.sum(1), 1, atol=1e-4)
    known = griffiths[3][:10]
    costs = np.abs(known.T[:, None, :] - first_mixtures.T[None, :, :]).sum(2)
    assert np.abs(known - first_mixtures[:, np.argmin(costs, axis=1)]).sum(1).mean() < 0.3


def test_the_evaluation_is_stored_in_the_bucket(deployment: Deployment, first_execution: Outcome) -> None:
    bucket = deployment.output("Storage", "DataBucketName")
    key = f"evaluations/{first_execution.output['training_job']}/evaluation.json"
    body = deployment.local_aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    evaluation = json.loads(body)
    assert {
        "training_job",
        "dataset",
        "test_split",
        "hyperparameters",
        "pwll",
        "completion",
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
def test_the_endpoint_accepts_every_text_format(
    deployment: Deployment, second_execution: Outcome, content_type: str, body: str
) -> None:
    second_execution.require_success()
    runtime = deployment.local_aws.client("sagemaker-runtime")
    response = runtime.invoke_endpoint(
        EndpointName="lda-dev", ContentType=content_type, Accept="application/json", Body=body
    )
    [row] = json.loads(response["Body"].read())["predictions"]
    assert sum(row["topic_mixture"]) == pytest.approx(1, abs=1e-4)


def test_a_malformed_request_is_refused_and_the_server_keeps_serving(
    deployment: Deployment, second_execution: Outcome
) -> None:
    second_execution.require_success()
    runtime = deployment.local_aws.client("sagemaker-runtime")
    with pytest.raises(runtime.exceptions.ModelError) as error:
        runtime.invoke_endpoint(
            EndpointName="lda-dev", ContentType="text/csv", Body=",".join(["1"] * 24 + ["spam"])
        )
    assert error.value.response["OriginalStatusCode"] == 400
    assert "spam" in error.value.response["OriginalMessage"]
    response = runtime.invoke_endpoint(
        EndpointName="lda-dev", ContentType="text/csv", Body=",".join(["1"] * 25)
    )
    assert b"topic_mixture" in response["Body"].read()


def test_retraining_updates_the_endpoint_and_leaves_no_previous_model(
    deployment: Deployment,
    first_execution: Outcome,
    second_execution: Outcome,
    griffiths: tuple[Any, ...],
    first_mixtures: np.ndarray[Any, Any],
) -> None:
    second_execution.require_success()
    assert second_execution.output["promoted"] is True
    assert second_execution.output["endpoint"] == first_execution.output["endpoint"]
    assert (
        deployment.model_data_url()
        == second_execution.output["model_data_url"]
        != first_execution.output["model_data_url"]
    )
    assert not np.array_equal(deployment.predict(griffiths[2][:10]), first_mixtures)
    sagemaker = deployment.local_aws.client("sagemaker")
    assert len(sagemaker.list_endpoints()["Endpoints"]) == 1
    [config] = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    [model] = sagemaker.list_models()["Models"]
    described = sagemaker.describe_model(ModelName=model["ModelName"])
    assert described["PrimaryContainer"]["ModelDataUrl"] == second_execution.output["model_data_url"]
    endpoint = sagemaker.describe_endpoint(EndpointName="lda-dev")
    assert endpoint["EndpointConfigName"] == config["EndpointConfigName"]


def test_a_deployment_after_retraining_changes_nothing(
    deployment: Deployment, second_execution: Outcome
) -> None:
    second_execution.require_success()
    deployed = deployment.local_aws.cdk("deploy", "--all", "--require-approval", "never")
    assert deployed.returncode == 0, deployed.stderr
    assert (deployed.stdout + deployed.stderr).count("(no changes)") == 3
    difference = deployment.local_aws.cdk("diff", "--fail")
    assert difference.returncode == 0, difference.stdout + difference.stderr
    assert deployment.model_data_url() == second_execution.output["model_data_url"]


def test_log_events_are_available_while_the_job_runs(
    deployment: Deployment, second_execution: Outcome
) -> None:
    second_execution.require_success()
    execution = deployment.start_endless_training()
    (job,) = wait_until(deployment.running_jobs)
    wait_until(lambda: log_lines(deployment, "/aws/sagemaker/TrainingJobs", f"{job}/"))
    assert deployment.running_jobs() == {job}
    deployment.local_aws.client("stepfunctions").stop_execution(executionArn=execution)
    wait_until(lambda: not deployment.running_jobs())


def test_a_model_below_the_minimum_is_evaluated_but_not_promoted(
    deployment: Deployment, second_execution: Outcome
) -> None:
    rejected = deployment.run(minimum_pwll=-0.1)
    rejected.require_success()
    assert rejected.output["promoted"] is False
    assert "-0.1" in rejected.output["reason"]
    assert deployment.model_data_url() == second_execution.output["model_data_url"]


def test_an_execution_that_requires_promotion_fails_without_it(
    deployment: Deployment, second_execution: Outcome
) -> None:
    refused = deployment.run(minimum_pwll=-0.1, require_promotion=True)
    assert refused.status == "FAILED"
    assert refused.error == "NotPromoted"
    assert "-0.1" in refused.cause
    assert deployment.model_data_url() == second_execution.output["model_data_url"]


def test_a_sparse_corpus_of_a_large_vocabulary_is_trained_and_scored(
    deployment: Deployment, second_execution: Outcome
) -> None:
    rng = np.random.default_rng(0)
    beta = rng.dirichlet(np.full(12_419, 0.01), 10)
    words = np.stack([rng.multinomial(300, rng.dirichlet(np.full(10, 0.1)) @ beta) for _ in range(350)])
    counts = sparse.csr_array(words.astype(np.float32))
    deployment.upload("sparse", counts[:280], counts[280:])
    held = deployment.run(dataset="sparse", num_topics=10).require_success().output
    assert held["promoted"] is False
    assert "has a vocabulary of 25 words, and the new one 12419" in held["reason"]
    accepted = deployment.run(dataset="sparse", num_topics=10, accept_new_vocabulary=True)
    assert accepted.require_success().output["promoted"] is True
    body = io.BytesIO()
    recordio.write(body, counts[280:290], layout="sparse")
    response = deployment.local_aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="lda-dev",
        ContentType="application/x-recordio-protobuf",
        Accept="application/json",
        Body=body.getvalue(),
    )
    rows = [row["topic_mixture"] for row in json.loads(response["Body"].read())["predictions"]]
    assert np.array(rows).shape == (10, 10)
    second_execution.require_success()


def test_text_is_trained_and_predicted_in_words(
    deployment: Deployment, second_execution: Outcome, tmp_path: Path
) -> None:
    second_execution.require_success()
    subjects = [["ant", "bee", "cat", "dog"], ["fig", "kiwi", "lime", "pear"]]
    rng = np.random.default_rng(0)
    rows = [f"{number},{' '.join(rng.choice(subjects[number % 2], 30))}" for number in range(300)]
    articles = tmp_path / "My Articles.csv"
    articles.write_text("\n".join(["id,text", *rows]) + "\n")
    notifications = deployment.subscribe()

    options = ["--column", "text", "--num-topics", "2", "--accept-new-vocabulary", "--json"]
    trained = client(deployment, "train", str(articles), *options)
    assert "Uploaded the dataset my-articles to s3://" in trained.stderr
    output = json.loads(trained.stdout)["output"]
    assert output["promoted"] is True
    assert sorted(sorted(topic["words"][:4]) for topic in output["topics"]) == subjects
    words = ", ".join(output["topics"][0]["words"])
    assert f"topic   0  {output['topics'][0]['share']:>5.1%}  {words}"[:80] in trained.stderr
    (message,) = wait_until(notifications.messages)
    assert f"Topic 0 ({output['topics'][0]['share']:.1%}): {words}" in message
    assert " ".join(output["topics"][0]["words"][:3]) in client(deployment, "history").stdout
    topics = json.loads(client(deployment, "show", "--words", "4", "--json").stdout)
    assert sorted(sorted(topic["words"]) for topic in topics) == subjects
    assert client(deployment, "show", output["training_job"]).stdout.startswith("topic  share  words")

    # A later upload under the same name does not change the words of the model in service.
    other = tmp_path / "other" / articles.name
    other.parent.mkdir()
    other.write_text(articles.read_text().replace("ant", "emu"))
    client(deployment, "train", str(other), "--column", "text", "--num-topics", "2", "--no-promote")
    predicted = client(deployment, "predict", "The bee and the ant: an emu?", "--json")
    (prediction,) = json.loads(predicted.stdout)["predictions"]
    assert (prediction["tokens"], prediction["unknown_tokens"]) == (7, 5)
    assert max(prediction["topic_mixture"]) > 0.6


def client(deployment: Deployment, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "client", *arguments]
    completed = run(command, deployment.local_aws.environment)
    assert completed.returncode == 0, completed.stderr
    return completed
