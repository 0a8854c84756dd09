"""`algorithm: open`: the project's container, from an ECR repository of the account."""

from typing import Any

import pytest

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


def endpoint_names(deployment: Deployment) -> list[str]:
    listed = deployment.local_aws.client("sagemaker").list_endpoints()["Endpoints"]
    return [endpoint["EndpointName"] for endpoint in listed]
