import re
from typing import Any

from local_aws.sagemaker.training.job_metrics import JobMetrics

LINE = "#quality_metric: host=algo-1, test pwll <score>="
EXPRESSION = re.compile(r"#quality_metric: host=\S+, test pwll <score>=(\S+)")


def test_the_last_value_is_final_and_all_are_published() -> None:
    metrics = JobMetrics({"test:pwll": EXPRESSION, "loss": re.compile(r"loss=(\S+)")})
    for line in (f"{LINE}-2.5", "loss=1", "nothing", f"[12:00] {LINE}-2.25"):
        metrics.read(line)
    assert {metric["MetricName"]: metric["Value"] for metric in metrics.final()} == {
        "test:pwll": -2.25,
        "loss": 1.0,
    }
    put: list[dict[str, Any]] = []

    class CloudWatch:
        def put_metric_data(self, **inputs: Any) -> None:
            put.append(inputs)

    metrics.publish(CloudWatch(), "job")
    (call,) = put
    assert call["Namespace"] == "/aws/sagemaker/TrainingJobs"
    assert [datum["Value"] for datum in call["MetricData"]] == [-2.5, 1.0, -2.25]
    assert call["MetricData"][0]["Dimensions"] == [{"Name": "TrainingJobName", "Value": "job"}]


def test_values_that_are_not_finite_are_ignored() -> None:
    metrics = JobMetrics({"test:pwll": EXPRESSION})
    for text in ("nan", "inf", "-inf", "high"):
        metrics.read(LINE + text)
    assert metrics.final() == []


def test_an_unmatched_group_is_ignored() -> None:
    metrics = JobMetrics({"loss": re.compile("loss(?:=([0-9.]+))?")})
    metrics.read("the loss is computed next")
    metrics.read("loss=0.5")
    assert [metric["Value"] for metric in metrics.final()] == [0.5]
