"""What tests ask of transform jobs."""

from typing import Any

from tests.local_aws.sagemaker.helpers.local_server import BUCKET, Aws

GROUP = "/aws/sagemaker/TransformJobs"


def put(aws: Aws, objects: dict[str, bytes]) -> str:
    """Put objects under a prefix of their own, and return it as a URI."""
    prefix = aws.name("inputs")
    for name, content in objects.items():
        aws.client("s3").put_object(Bucket=BUCKET, Key=f"{prefix}/{name}", Body=content)
    return f"s3://{BUCKET}/{prefix}/"


def request(aws: Aws, model: str, uri: str, **members: Any) -> dict[str, Any]:
    """CreateTransformJob's inputs; TransformInput and TransformOutput are added to the usual ones."""
    name = aws.name("Transform")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
    given = {"DataSource": source, "ContentType": "text/csv", **members.pop("TransformInput", {})}
    wanted = {"S3OutputPath": f"s3://{BUCKET}/{name}", **members.pop("TransformOutput", {})}
    return {
        "TransformJobName": name,
        "ModelName": model,
        "TransformInput": given,
        "TransformOutput": wanted,
        "TransformResources": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1},
        **members,
    }


def run(aws: Aws, job: dict[str, Any]) -> dict[str, Any]:
    """Run a job to its end, and return what DescribeTransformJob says."""
    aws.client("sagemaker").create_transform_job(**job)
    return ended(aws, job)


def ended(aws: Aws, job: dict[str, Any]) -> dict[str, Any]:
    sagemaker, name = aws.client("sagemaker"), job["TransformJobName"]

    def described() -> Any:
        said = sagemaker.describe_transform_job(TransformJobName=name)
        return None if said["TransformJobStatus"] in {"InProgress", "Stopping"} else said

    record: dict[str, Any] = aws.wait(described)
    return record


def outputs(aws: Aws, job: dict[str, Any]) -> dict[str, bytes]:
    """What lies below the job's S3OutputPath."""
    s3 = aws.client("s3")
    prefix = job["TransformOutput"]["S3OutputPath"].removeprefix(f"s3://{BUCKET}/") + "/"
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]
    return {key.removeprefix(prefix): s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def data_log(aws: Aws, job: dict[str, Any]) -> list[str]:
    """The lines of the data log, without their times."""
    lines = aws.log(GROUP, f"{job['TransformJobName']}/")
    mark = ":[sagemaker logs]: "
    return [line.partition(mark)[2] for line in lines if mark in line]


def waiting(aws: Aws, job: dict[str, Any]) -> None:
    """Wait until the model has a request that waits to be told."""
    aws.wait(lambda: "waiting" in aws.log(GROUP, f"{job['TransformJobName']}/"))


def tell(aws: Aws, job: dict[str, Any]) -> None:
    """Let the model answer the requests that wait to be told."""
    (base,) = aws.state.glob(f"sagemaker/transform-jobs/{job['TransformJobName'].lower()}/i-*")
    (base / "go").touch()
