"""`algorithm: open`: the project's own container, under an ECR address of the user's account."""

from typing import Any

import pytest

from tests.end_to_end.machine import Project

pytestmark = pytest.mark.end_to_end


def test_the_open_algorithm_trains_and_serves_and_the_other_algorithm_never_serves_its_model(
    project: Project, small: tuple[Any, Any]
) -> None:
    built_in = project.run()
    built_in.succeeded()

    project.context |= {"algorithm": "open", "training_instance_count": 2}
    project.deploy()
    assert endpoint_names(project) == []
    assert project.output("Serving", "ModelOfOtherAlgorithm")

    outcome = project.run()
    outcome.succeeded()
    assert f"/models/open/{outcome.output['training_job']}/output/" in outcome.output["model_data_url"]
    sagemaker = project.machine.client("sagemaker")
    job = sagemaker.describe_training_job(TrainingJobName=outcome.output["training_job"])
    image = job["AlgorithmSpecification"]["TrainingImage"]
    assert image == "123456789012.dkr.ecr.us-east-1.amazonaws.com/spectral-lda:1"
    assert job["ResourceConfig"]["InstanceCount"] == 2
    [model] = sagemaker.list_models()["Models"]
    container = sagemaker.describe_model(ModelName=model["ModelName"])["PrimaryContainer"]
    assert container == {**container, "Image": image, "ModelDataUrl": outcome.output["model_data_url"]}
    assert endpoint_names(project) == ["lda-dev"]
    assert project.predict(small[0][:2, :25]).shape == (2, 10)


def endpoint_names(project: Project) -> list[str]:
    listed = project.machine.client("sagemaker").list_endpoints()["Endpoints"]
    return [endpoint["EndpointName"] for endpoint in listed]
