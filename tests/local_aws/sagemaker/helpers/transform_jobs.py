"""Helpers for tests of transform jobs."""

from typing import Any

from tests.local_aws.sagemaker.helpers.local_server import BUCKET, Aws

GROUP = "/aws/sagemaker/TransformJobs"


def put_objects(aws: Aws, objects: dict[str, bytes]) -> str:
    """Put objects under a new prefix and return its URI."""
    prefix = aws.name("inputs")
    for name, content in objects.items():
        aws.client("s3").put_object(Bucket=BUCKET, Key=f"{prefix}/{name}", Body=content)
    return f"s3://{BUCKET}/{prefix}/"


def transform_request(aws: Aws, model: str, uri: str, **members: Any) -> dict[str, Any]:
    """Return CreateTransformJob's inputs; TransformInput and TransformOutput extend the defaults."""
    name = aws.name("Transform")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
    transform_input = {"DataSource": source, "ContentType": "text/csv", **members.pop("TransformInput", {})}
    transform_output = {"S3OutputPath": f"s3://{BUCKET}/{name}", **members.pop("TransformOutput", {})}
    return {
        "TransformJobName": name,
        "ModelName": model,
        "TransformInput": transform_input,
        "TransformOutput": transform_output,
        "TransformResources": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1},
        **members,
    }


def run_job(aws: Aws, job: dict[str, Any]) -> dict[str, Any]:
    """Run a job to its end and return its description."""
    aws.client("sagemaker").create_transform_job(**job)
    return wait_until_ended(aws, job)


def wait_until_ended(aws: Aws, job: dict[str, Any]) -> dict[str, Any]:
    sagemaker, name = aws.client("sagemaker"), job["TransformJobName"]

    def described() -> Any:
        description = sagemaker.describe_transform_job(TransformJobName=name)
        return None if description["TransformJobStatus"] in {"InProgress", "Stopping"} else description

    record: dict[str, Any] = aws.wait(described)
    return record


def outputs(aws: Aws, job: dict[str, Any]) -> dict[str, bytes]:
    """Return the objects below the job's S3OutputPath."""
    s3 = aws.client("s3")
    prefix = job["TransformOutput"]["S3OutputPath"].removeprefix(f"s3://{BUCKET}/") + "/"
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]
    return {key.removeprefix(prefix): s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def data_log(aws: Aws, job: dict[str, Any]) -> list[str]:
    """Return the lines of the data log, without their times."""
    lines = aws.log(GROUP, f"{job['TransformJobName']}/")
    mark = ":[sagemaker logs]: "
    return [line.partition(mark)[2] for line in lines if mark in line]


def wait_for_request(aws: Aws, job: dict[str, Any]) -> None:
    """Wait until the model server has a request that waits for `release`."""
    aws.wait(lambda: "waiting" in aws.log(GROUP, f"{job['TransformJobName']}/"))


def release(aws: Aws, job: dict[str, Any]) -> None:
    """Let the model server respond to the requests that wait."""
    (base,) = aws.state.glob(f"sagemaker/transform-jobs/{job['TransformJobName'].lower()}/i-*")
    (base / "go").touch()
