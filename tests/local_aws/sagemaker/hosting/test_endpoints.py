import os
import signal
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

GROUP = "/aws/sagemaker/Endpoints"


def test_an_endpoint_runs_a_model_server(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "first")))
    described = aws.wait_until_settled(name)
    assert described["EndpointArn"].endswith(f"endpoint/{name.lower()}")
    variant = described["ProductionVariants"][0]
    assert (variant["VariantName"], variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (
        "AllTraffic",
        1,
        1.0,
    )
    assert aws.invoke(name, "1,2", ContentType="text/csv", Accept="application/json") == (
        "first|text/csv|application/json|1,2"
    )
    aws.wait(lambda: "request /invocations" in aws.log(f"{GROUP}/{name}", "AllTraffic/i-"))
    streams = aws.client("logs").describe_log_streams(logGroupName=f"{GROUP}/{name}")["logStreams"]
    assert len(streams[0]["logStreamName"]) == len("AllTraffic/i-") + 17


def test_a_response_has_the_content_type_of_the_model_server(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "first")))
    aws.wait_until_settled(name)
    runtime = aws.client("sagemaker-runtime")
    for accept, content_type in (("application/json", "application/json"), ("text/csv", "text/plain")):
        response = runtime.invoke_endpoint(EndpointName=name, Body="1,2", Accept=accept)
        assert response["ContentType"] == content_type


def test_an_update_changes_the_response_and_ends_the_old_server(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "old"), InitialInstanceCount=2))
    before = aws.process_ids(name)
    assert len(before) == 2
    config = aws.config(aws.model(role, "late"))
    aws.client("sagemaker").update_endpoint(EndpointName=name, EndpointConfigName=config)
    assert aws.client("sagemaker").describe_endpoint(EndpointName=name)["EndpointStatus"] == "Updating"
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        aws.client("sagemaker").update_endpoint(EndpointName=name, EndpointConfigName=config)
    assert aws.wait_until_settled(name)["EndpointConfigName"] == config
    assert aws.invoke(name).startswith("late|")
    (pid,) = aws.process_ids(name)
    assert pid not in before


@pytest.mark.parametrize("content", ["unhealthy", "exit"])
def test_after_a_failed_update_the_old_server_keeps_serving(aws: Any, role: str, content: str) -> None:
    good = aws.config(aws.model(role, "good"))
    name = aws.endpoint(good)
    before = aws.process_ids(name)
    bad = aws.config(aws.model(role, content))
    aws.client("sagemaker").update_endpoint(EndpointName=name, EndpointConfigName=bad)
    after = aws.wait_until_settled(name)
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", good)
    assert "AllTraffic did not pass the ping health check" in after["FailureReason"]
    assert aws.invoke(name).startswith("good|")
    aws.wait(lambda: aws.process_ids(name) == before)


def test_a_new_endpoint_that_fails_its_health_check_is_failed_and_can_be_deleted(aws: Any, role: str) -> None:
    name = aws.name("Endpoint")
    config = aws.config(aws.model(role, "unhealthy"))
    aws.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=config)
    with pytest.raises(ClientError, match=f"Endpoint {name} of account 123456789012 not found"):
        aws.invoke(name)
    assert aws.wait_until_settled(name)["EndpointStatus"] == "Failed"
    aws.client("sagemaker").delete_endpoint(EndpointName=name)
    aws.wait(lambda: not aws.client("sagemaker").list_endpoints(NameContains=name)["Endpoints"])


def test_deleting_an_endpoint_ends_its_server(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "short")))
    assert len(aws.process_ids(name)) == 1
    aws.client("sagemaker").delete_endpoint(EndpointName=name)
    aws.wait(lambda: not aws.client("sagemaker").list_endpoints(NameContains=name)["Endpoints"])
    assert not aws.process_ids(name)
    with pytest.raises(ClientError, match="Could not find endpoint"):
        aws.client("sagemaker").describe_endpoint(EndpointName=name)


def test_a_killed_server_is_restarted_and_logged(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "lasting")))
    (pid,) = aws.process_ids(name)
    os.kill(pid, signal.SIGKILL)
    aws.wait(lambda: aws.process_ids(name) not in ([], [pid]))  # another one starts: requests wait for it
    assert aws.invoke(name).startswith("lasting|")
    aws.wait(lambda: any("exit code -9; starting it again" in x for x in aws.log(f"{GROUP}/{name}", "All")))


def test_errors_of_the_model_server_are_model_errors(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "strict")))
    (pid,) = aws.process_ids(name)
    for body, status, text in (
        ("refuse", 415, "only text"),
        ("break", 500, "broken"),
        ("crash", 500, "exited"),
    ):
        with pytest.raises(ClientError) as refused:
            aws.invoke(name, body)
        response: Any = refused.value.response
        assert response["Error"]["Code"] == "ModelError"
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
        assert response["OriginalStatusCode"] == status
        assert text in response["OriginalMessage"]
        assert f"log-group:{GROUP}/{name}:log-stream:AllTraffic/i-" in response["LogStreamArn"]
    aws.wait(lambda: aws.process_ids(name) not in ([], [pid]))  # another one starts: requests wait for it
    assert aws.invoke(name).startswith("strict|")


def test_a_server_that_crashes_repeatedly_is_not_restarted(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "mortal")))
    codes = []
    while "ServiceUnavailable" not in codes:
        with pytest.raises(ClientError) as refused:
            aws.invoke(name, "crash")
        codes.append(refused.value.response["Error"]["Code"])
    assert set(codes[:-1]) == {"ModelError"}
    aws.wait(
        lambda: any("not starting it again" in line for line in aws.log(f"{GROUP}/{name}", "AllTraffic"))
    )


def test_a_slow_response_does_not_block_other_requests(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "patient")))
    responses: list[str] = []
    request = threading.Thread(target=lambda: responses.append(aws.invoke(name, "wait for release")))
    request.start()
    aws.wait(lambda: "waiting" in aws.log(f"{GROUP}/{name}", "AllTraffic"))
    aws.client("sagemaker").list_endpoints()
    assert not responses
    (base,) = aws.state.glob(f"sagemaker/endpoints/{name.lower()}-*/AllTraffic/0")
    (base / "go").touch()
    request.join()
    assert responses == ["patient|None|None|wait for release"]


def test_a_body_over_six_megabytes_is_refused(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "small")))
    with pytest.raises(ClientError, match="the limit is 6291456") as refused:
        aws.invoke(name, "x" * 6_291_457)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert len(aws.invoke(name, "x" * 6_291_456)) > 6_291_456


def test_invocations_have_metrics(aws: Any, role: str) -> None:
    name = aws.endpoint(aws.config(aws.model(role, "measured")))
    aws.invoke(name)
    with pytest.raises(ClientError):
        aws.invoke(name, "refuse")
    expected = {"Invocations": 2.0, "Invocation4XXErrors": 1.0, "Invocation5XXErrors": 0.0}
    aws.wait(lambda: measured(aws, name, expected) == expected)
    assert 0 < measured(aws, name, {"ModelLatency": 0.0})["ModelLatency"] < 60e6


def measured(aws: Any, endpoint: str, metrics: dict[str, float]) -> dict[str, float]:
    from datetime import UTC, datetime, timedelta

    cloudwatch, now = aws.client("cloudwatch"), datetime.now(UTC)
    sums = {}
    for metric in metrics:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[
                {"Name": "EndpointName", "Value": endpoint},
                {"Name": "VariantName", "Value": "AllTraffic"},
            ],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]
        sums[metric] = sum(point["Sum"] for point in points)
    return sums


def test_a_model_whose_data_the_role_cannot_read_is_refused(aws: Any, permissions: Any) -> None:
    statements = [s for s in permissions() if s["Action"] != "s3:GetObject"]
    with pytest.raises(ClientError, match="Could not access model data at s3://spec-data/served/"):
        aws.model(aws.role(statements), "secret")


def test_a_model_whose_data_does_not_exist_is_refused(aws: Any, role: str) -> None:
    image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/spec:1"
    with pytest.raises(ClientError, match="Could not access model data"):
        aws.client("sagemaker").create_model(
            ModelName="absent",
            PrimaryContainer={"Image": image, "ModelDataUrl": "s3://spec-data/absent.tar.gz"},
            ExecutionRoleArn=role,
        )


@pytest.mark.parametrize(
    "missing", ["logs:CreateLogStream", "logs:PutLogEvents", "ecr:BatchGetImage", "cloudwatch:PutMetricData"]
)
def test_a_missing_permission_of_the_role_is_named_in_the_failure_reason(
    aws: Any, permissions: Any, missing: str
) -> None:
    lacking = aws.role([s for s in permissions() if s["Action"] != missing])
    name = aws.name("Endpoint")
    config = aws.config(aws.model(lacking, "poor"))
    aws.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=config)
    failed = aws.wait_until_settled(name)
    assert failed["EndpointStatus"] == "Failed"
    assert f"not authorized to perform: {missing}" in failed["FailureReason"]


def test_an_archive_member_that_leads_out_of_its_folder_fails_the_endpoint(
    aws: Any, role: str, make_archive: Any
) -> None:
    aws.client("s3").put_object(Bucket="spec-data", Key="bad.tar.gz", Body=make_archive({"../../out": b"x"}))
    model = aws.name("Model")
    image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/spec:1"
    aws.client("sagemaker").create_model(
        ModelName=model,
        PrimaryContainer={"Image": image, "ModelDataUrl": "s3://spec-data/bad.tar.gz"},
        ExecutionRoleArn=role,
    )
    name = aws.name("Endpoint")
    aws.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=aws.config(model))
    assert "'../../out' leads out" in aws.wait_until_settled(name)["FailureReason"]


def test_used_names_and_unknown_names_are_refused(aws: Any, role: str) -> None:
    sagemaker = aws.client("sagemaker")
    model = aws.model(role, "named")
    config = aws.config(model)
    variant = {
        "VariantName": "A",
        "ModelName": model,
        "InitialInstanceCount": 1,
        "InstanceType": "ml.c4.xlarge",
    }
    with pytest.raises(ClientError, match="Cannot create already existing endpoint configuration"):
        sagemaker.create_endpoint_config(EndpointConfigName=config.upper(), ProductionVariants=[variant])
    with pytest.raises(ClientError, match='Could not find model "arn:aws:sagemaker'):
        sagemaker.create_endpoint_config(
            EndpointConfigName="c", ProductionVariants=[{**variant, "ModelName": "none"}]
        )
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="none")
    sagemaker.delete_endpoint_config(EndpointConfigName=config)
    sagemaker.delete_model(ModelName=model)
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.describe_model(ModelName=model)


def test_tags_are_added_and_deleted(aws: Any, role: str) -> None:
    sagemaker = aws.client("sagemaker")
    name = aws.model(role, "tagged")
    arn = sagemaker.describe_model(ModelName=name)["ModelArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
