"""`algorithm: open`: the project's container, from an ECR repository of the account."""

import json
from typing import Any

import polars as pl
import pytest

from data_prep.dataset.upload import upload
from data_prep.text.corpus import prepare
from data_prep.text.dataset import write_dataset
from data_prep.text.settings import TextSettings
from tests.end_to_end.helpers.bulk_scoring import BulkScoring
from tests.end_to_end.helpers.deployment import Deployment

pytestmark = pytest.mark.end_to_end


def test_the_open_algorithm_trains_and_serves_only_its_own_models(
    deployment: Deployment, small_splits: tuple[Any, Any]
) -> None:
    built_in = deployment.run()
    built_in.require_success()

    deployment.context |= {"algorithm": "open", "training_instance_count": 2}
    deployment.deploy()
    assert endpoint_names(deployment) == []
    assert deployment.output("Serving", "ModelOfOtherAlgorithm")

    outcome = deployment.run()
    outcome.require_success()
    assert f"/models/open/{outcome.output['training_job']}/output/" in outcome.output["model_data_url"]
    sagemaker = deployment.local_aws.client("sagemaker")
    job = sagemaker.describe_training_job(TrainingJobName=outcome.output["training_job"])
    image = job["AlgorithmSpecification"]["TrainingImage"]
    assert image == "123456789012.dkr.ecr.us-east-1.amazonaws.com/spectral-lda:1"
    assert job["ResourceConfig"]["InstanceCount"] == 2
    [model] = sagemaker.list_models()["Models"]
    container = sagemaker.describe_model(ModelName=model["ModelName"])["PrimaryContainer"]
    assert container == {**container, "Image": image, "ModelDataUrl": outcome.output["model_data_url"]}
    assert endpoint_names(deployment) == ["lda-dev"]
    assert deployment.predict(small_splits[0][:2, :25]).shape == (2, 10)
    answers_texts(deployment)


def answers_texts(deployment: Deployment) -> None:
    """Train on text, and ask the endpoint for the topics of a text with their words."""
    subjects = [["ant", "bee", "cat", "dog"], ["fig", "kiwi", "lime", "pear"]]
    rows = [(str(number), " ".join(subjects[number % 2] * 8), None, None) for number in range(200)]
    frame = pl.DataFrame(rows, schema=["id", "text", "label", "date"], orient="row").cast(pl.String)
    folder = deployment.local_aws.folder / "texts"
    with prepare([frame], TextSettings(language="none")) as corpus:
        write_dataset(folder, "texts", corpus, source="made by a test")
    bucket = deployment.output("Storage", "DataBucketName")
    upload(folder, "texts", bucket, s3=deployment.local_aws.client("s3"))
    outcome = deployment.run(dataset="texts", num_topics=2, accept_new_vocabulary=True)
    assert outcome.require_success().output["promoted"] is True

    response = deployment.local_aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="lda-dev",
        ContentType="text/plain",
        Accept="application/json; words=4",
        Body="The bee and the ant\nzebra",
    )
    answer = json.loads(response["Body"].read())
    assert sorted(sorted(topic["words"]) for topic in answer["topics"]) == subjects
    known, unknown = answer["predictions"]
    assert (known["tokens"], known["unknown_tokens"]) == (5, 3)
    assert max(known["topic_mixture"]) > 0.6
    assert unknown["topic_mixture"] is None

    scoring = BulkScoring(deployment)
    scoring.s3.put_object(Bucket=bucket, Key="datasets/new/a.txt", Body=b"bee ant bee\nlime fig\n")
    mixtures = scoring.results(scoring.run(prefix="datasets/new/").require_success())["a.txt.out"]
    assert mixtures.argmax(axis=1).tolist() in ([0, 1], [1, 0])


def endpoint_names(deployment: Deployment) -> list[str]:
    listed = deployment.local_aws.client("sagemaker").list_endpoints()["Endpoints"]
    return [endpoint["EndpointName"] for endpoint in listed]
